/** Adds to a graph the nodes that turn activations (hadamard.ts). */
import type { GraphBuilder } from '../graph-builder.ts';
import { hadamardMatrix, ROTATED } from './hadamard.ts';

export class TurnNodes {
  readonly #graph: GraphBuilder;
  #matrix: string | null = null;
  /** Of the two reshapes, by what is turned. */
  readonly #shapes = new Map<string, Readonly<Record<'sixteens' | 'whole', string>>>();

  constructor(graph: GraphBuilder) {
    this.#graph = graph;
  }

  /**
   * Adds `turned`: x [..., width], each 16 of its values turned. The shapes keep the names of the other dimensions (ExplicitAttention's
   * `values` tells why).
   * @param rank of x
   */
  add(x: string, rank: number, width: number, turned: string): string {
    const graph = this.#graph;
    this.#matrix ??= graph.constant('turn.matrix', 'float32', [...hadamardMatrix()], [ROTATED, ROTATED]);
    const { sixteens, whole } = this.#shapesOf(rank, width);
    const split = graph.node('Reshape', `${turned}.sixteens`, [x, sixteens]);
    const mixed = graph.node('MatMul', `${turned}.mixed`, [split, this.#matrix]);
    return graph.node('Reshape', turned, [mixed, whole]);
  }

  #shapesOf(rank: number, width: number) {
    const key = `${rank}d.${width}`;
    const known = this.#shapes.get(key);
    if (known) return known;
    const kept = Array<number>(rank - 1).fill(0);
    const shape = (name: string, dims: readonly number[]) =>
      this.#graph.constant(`turn.${name}.${key}`, 'int64', dims, [dims.length]);
    const shapes = {
      sixteens: shape('sixteens', [...kept, width / ROTATED, ROTATED]),
      whole: shape('whole', [...kept, width]),
    };
    this.#shapes.set(key, shapes);
    return shapes;
  }
}
