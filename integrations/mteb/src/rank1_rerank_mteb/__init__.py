"""rank1 as a cross-encoder of mteb, judging through `rank1-rerank serve`."""

from .cross_encoder import Rank1CrossEncoder
from .rerank_client import JudgingOptions, RerankClient, ServerError

__all__ = ["JudgingOptions", "Rank1CrossEncoder", "RerankClient", "ServerError"]
