"""Python clients on `rank1-rerank serve`: prints `{client: [[index, score], ...]}`, best first, of those installed.

    pip install litellm==1.110.2
    pip install infinity-client==0.0.78 cohere==7.3.1    # not beside litellm: another httpx
    python test/clients/clients.py <address> <token> <query> <document>...
"""

import importlib.util
import json
import os
import sys

ADDRESS, TOKEN, QUERY, *DOCUMENTS = sys.argv[1:]


def litellm(provider: str, api_base: str):
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # asks no other server
    import litellm

    answer = litellm.rerank(
        model=f"{provider}/rank1", query=QUERY, documents=DOCUMENTS, top_n=len(DOCUMENTS), api_base=api_base, api_key=TOKEN
    )
    assert answer.id and answer.meta["tokens"]["input_tokens"] > 0, answer
    return [[result["index"], result["relevance_score"]] for result in answer.results]


def infinity():
    from infinity_client import AuthenticatedClient
    from infinity_client.api.default import rerank
    from infinity_client.models import RerankInput, ReRankResult

    client = AuthenticatedClient(base_url=f"{ADDRESS}/infinity", token=TOKEN)
    answer = rerank.sync(client=client, body=RerankInput(query=QUERY, documents=DOCUMENTS, model="rank1"))
    assert isinstance(answer, ReRankResult), answer
    return [[result.index, result.relevance_score] for result in answer.results]


def cohere():
    import cohere

    client = cohere.ClientV2(api_key=TOKEN, base_url=ADDRESS)
    answer = client.rerank(model="rank1", query=QUERY, documents=DOCUMENTS)
    return [[result.index, result.relevance_score] for result in answer.results]


CLIENTS = {
    "litellm, hosted_vllm": ("litellm", lambda: litellm("hosted_vllm", f"{ADDRESS}/v1")),
    "litellm, hosted_vllm, whole path": ("litellm", lambda: litellm("hosted_vllm", f"{ADDRESS}/v1/rerank")),
    "litellm, infinity": ("litellm", lambda: litellm("infinity", f"{ADDRESS}/infinity")),
    "infinity-client": ("infinity_client", infinity),
    "cohere": ("cohere", cohere),
}

installed = {name: rank for name, (module, rank) in CLIENTS.items() if importlib.util.find_spec(module)}
print(json.dumps({name: rank() for name, rank in installed.items()}))
