"""Serves the demo model with transformers as vLLM serves a model: /v1/models, /tokenize and streamed /v1/completions.

    python test/oracle/remote/serve_completions.py [port]          # serves until it is ended
    python test/oracle/remote/serve_completions.py --hundred-pairs # writes test/fixtures/hundred-pairs/

The model and the reference's rules come from test/oracle/conformance/make_fixtures.py, so nothing of the TypeScript code
is shared. Only greedy decoding (temperature 0) is offered; the text before `<think>` is encoded as the server finds it.
"""

import hashlib
import http.server
import json
import math
import pathlib
import sys
import threading

import tokenizers
import torch

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "conformance"))
from make_fixtures import MODEL, PROMPT, ROOT, load_model, trim_to_last_sentence  # noqa: E402

FIXTURES = ROOT / "test/fixtures/hundred-pairs"
MAX_NEW_TOKENS = 128
NAME = "rank1-demo"
STOPS = ("</think> true", "</think> false")


class Completions:
    def __init__(self):
        torch.manual_seed(0)
        self.model = load_model()
        self.tokenizer = tokenizers.Tokenizer.from_file(str(MODEL / "tokenizer.json"))
        self.context = self.model.config.max_position_embeddings
        self.lock = threading.Lock()

    def encode(self, text, whole=True):
        """A whole prompt stands in what the post-processor puts around it, in /tokenize too."""
        return self.tokenizer.encode(text, add_special_tokens=whole).ids

    def text(self, ids):
        return self.tokenizer.decode(ids, skip_special_tokens=False)

    @torch.no_grad()
    def steps(self, request):
        """Yields (new text, token text, its logprob, top logprobs, finish reason or None) for each token."""
        ids, past, shown, new = torch.tensor([self.encode(request["prompt"])]), None, "", []
        allowed = request.get("allowed_token_ids")
        for count in range(1, request.get("max_tokens", 16) + 1):
            with self.lock:
                output = self.model(ids, past_key_values=past, use_cache=True)
            past = output.past_key_values
            logits = output.logits[0, -1].double()
            logprobs = torch.log_softmax(logits, 0)
            token = max(allowed, key=lambda i: float(logits[i])) if allowed else int(logits.argmax())
            new.append(token)
            ids = torch.tensor([[token]])
            text = self.text(new)
            # An unfinished character is held back until it is whole.
            whole = text if not text.endswith("\ufffd") else shown
            delta, shown = whole[len(shown):], whole
            top = torch.topk(logprobs, request.get("logprobs") or 1)
            pairs = {self.text([int(i)]): float(v) for v, i in zip(top.values, top.indices)}
            pairs.setdefault(self.text([token]), float(logprobs[token]))
            reason = None
            if any(text.endswith(stop) for stop in request.get("stop") or ()):
                reason = "stop"
            elif token in eos_ids(self.model):
                reason = "stop"
            elif count == request.get("max_tokens", 16):
                reason = "length"
            yield delta, self.text([token]), float(logprobs[token]), pairs, reason
            if reason:
                return


def eos_ids(model):
    ids = model.config.eos_token_id
    return ids if isinstance(ids, list) else [ids]


def handler(completions):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def reply(self, value, status=200):
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            model = {"id": NAME, "object": "model", "max_model_len": completions.context}
            self.reply({"object": "list", "data": [model]} if self.path == "/v1/models" else {}, 200)

        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/tokenize":
                ids = completions.encode(request["prompt"])
                return self.reply({"count": len(ids), "max_model_len": completions.context, "tokens": ids})
            prompt_tokens = len(completions.encode(request["prompt"]))
            if prompt_tokens + request.get("max_tokens", 16) > completions.context:
                message = f"This model's maximum context length is {completions.context} tokens."
                return self.reply({"error": {"message": message, "type": "BadRequestError", "code": 400}}, 400)
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
            self.send_header("Connection", "close")
            self.end_headers()
            offset = 0
            for count, (delta, token, logprob, top, reason) in enumerate(completions.steps(request), 1):
                logprobs = {"text_offset": [offset], "token_logprobs": [logprob], "tokens": [token], "top_logprobs": [top]}
                offset += len(delta)
                usage = {"prompt_tokens": prompt_tokens, "completion_tokens": count, "total_tokens": prompt_tokens + count}
                choice = {"index": 0, "text": delta, "logprobs": logprobs, "finish_reason": reason}
                event = {"id": "cmpl-1", "object": "text_completion", "model": NAME, "choices": [choice], "usage": usage}
                self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")
            self.close_connection = True

    return Handler


def hundred_pairs():
    """Sample documents under each sample query, whole or cut to a part, each text once a query."""
    samples = [json.loads(p.read_text()) for p in sorted((ROOT / "public/samples").glob("*.json")) if p.stem != "index"]
    documents = [document for sample in samples for document in sample["documents"]]
    pairs, seen = [], set()
    for quarter in (4, 2, 1, 3):
        for sample in samples:
            for document in documents:
                words = document["text"].split()
                pair = {"query": sample["query"]}
                if document.get("title"):
                    pair["title"] = document["title"]
                pair["text"] = " ".join(words[: max(1, len(words) * quarter // 4)])
                key = json.dumps(pair)
                if key not in seen and len(pairs) < 100:
                    seen.add(key)
                    pairs.append(pair)
    assert len(pairs) == 100
    return sorted(pairs, key=lambda pair: pair["query"])


def write_hundred_pairs():
    completions = Completions()
    answers = {label: completions.encode(f" {label}", whole=False) for label in ("true", "false")}
    assert all(len(ids) == 1 for ids in answers.values())
    rows, recorded = [], []
    for pair in (pairs := hundred_pairs()):
        document = f"{pair['title']} {pair['text']}" if pair.get("title") else pair["text"]
        prompt = PROMPT.format(query=pair["query"], document=document)
        request = {"prompt": prompt, "max_tokens": MAX_NEW_TOKENS, "stop": STOPS, "logprobs": 20}
        exchanges = [record(completions, request)]
        text = "".join(delta for delta, *_ in exchanges[0]["steps"])
        forced = not text.endswith(STOPS)
        if forced:
            chain = trim_to_last_sentence(text)
            ids = [answers["true"][0], answers["false"][0]]
            asked = {"prompt": f"{prompt}\n{chain}\n</think>", "max_tokens": 1, "logprobs": 20, "allowed_token_ids": ids}
            exchanges.append(record(completions, asked))
        # Of the step that answered: encoding the chain anew could give other tokens than those that were generated.
        answer = exchanges[-1]["steps"][-1][3]
        difference = answer[" true"] - answer[" false"]
        label = ("true" if difference >= 0 else "false") if forced else text.rsplit(" ", 1)[1]
        reasoning = text if forced else text[: text.rindex("</think>")]
        score = 1 / (1 + math.exp(-difference))
        rows.append({"label": label, "score": score, "logitDifference": difference, "forced": forced, "reasoning": reasoning.strip()})
        recorded.append(exchanges)
    head = {
        "generator": "test/oracle/remote/serve_completions.py --hundred-pairs",
        "weightsSha256": hashlib.sha256((MODEL / "onnx/model_q4.onnx_data").read_bytes()).hexdigest(),
        "options": {"maxNewTokens": MAX_NEW_TOKENS, "loopGuard": False},
    }
    FIXTURES.mkdir(parents=True, exist_ok=True)
    write = lambda name, lines: (FIXTURES / name).write_text("\n".join(lines) + "\n")  # noqa: E731
    write("pairs.jsonl", [json.dumps(pair, ensure_ascii=False) for pair in pairs])
    write("expected.json", [json.dumps({**head, "expected": rows}, ensure_ascii=False, indent=1)])
    write("completions.jsonl", [json.dumps(e, ensure_ascii=False) for exchanges in recorded for e in exchanges])
    print(len(rows), "pairs,", sum(r["forced"] for r in rows), "forced,", sum(r["label"] == "true" for r in rows), "true")


def record(completions, request):
    """The streamed answer; of the 20 logprobs only the last step's are kept, which are the ones that are read."""
    steps = list(completions.steps(request))
    kept = [[d, t, round(p, 6), {k: round(v, 7) for k, v in top.items()} if r else {t: round(p, 6)}, r] for d, t, p, top, r in steps]
    return {"prompt": request["prompt"], "promptTokens": len(completions.encode(request["prompt"])), "steps": kept}


if __name__ == "__main__":
    if sys.argv[1:] == ["--hundred-pairs"]:
        write_hundred_pairs()
    else:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int((sys.argv[1:] or [8000])[0])), handler(Completions()))
        print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
        server.serve_forever()
