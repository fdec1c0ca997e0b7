"""Training of the rank1 demo reranker: data, chains, model, optimisation, evaluation and export."""
