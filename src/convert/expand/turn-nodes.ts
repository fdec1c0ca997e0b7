/** Adds to a graph the nodes that turn activations (hadamard.ts). */
import type { GraphBuilder } from '../graph-builder.ts';
import { hadamardMatrix, ROTATED } from './hadamard.ts';

export class TurnNodes {
  readonly #graph: GraphBuilder;
  #constants: Readonly<Record<'matrix' | 'shape', string>> | null = null;

  constructor(graph: GraphBuilder) {
    this.#graph = graph;
  }

  /** Adds `turned`: x [..., K], each 16 of its K values turned. */
  add(x: string, turned: string): string {
    const graph = this.#graph;
    this.#constants ??= {
      matrix: graph.constant('turn.matrix', 'float32', [...hadamardMatrix()], [ROTATED, ROTATED]),
      shape: graph.constant('turn.shape', 'int64', [-1, ROTATED], [2]),
    };
    const { matrix, shape } = this.#constants;
    const sixteens = graph.node('Reshape', `${turned}.sixteens`, [x, shape]);
    const mixed = graph.node('MatMul', `${turned}.mixed`, [sixteens, matrix]);
    return graph.node('Reshape', turned, [mixed, graph.node('Shape', `${turned}.shape`, [x])]);
  }
}
