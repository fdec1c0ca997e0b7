"""Writes test/fixtures/modes/demo-options.json: what a run's options come to on the demo model by transformers.

Written anew from descriptions, and sharing no code with the TypeScript: the prompt with an instruction, a title or a
template (arXiv 2502.18418, the release's run_mteb.py); a chain ended by the loop guard (docs/decisions/0030); sampled
chains (docs/decisions/0031), drawn by xoshiro128** 1.1 from a state that SplitMix32 steps fill, with a seed mixed of the run's seed,
the sample's number and the prompt's tokens as MurmurHash3 mixes blocks of 32 bits.

    python test/oracle/modes/make_option_fixtures.py      # needs torch, transformers, onnx; versions land in the file
"""

import importlib.util
import json
import pathlib

import numpy as np
import tokenizers
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURE = ROOT / "test/fixtures/modes/demo-options.json"
spec = importlib.util.spec_from_file_location("modes", ROOT / "test/oracle/modes/make_fixtures.py")
modes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(modes)
conformance = modes.conformance

PRESETS = json.loads((ROOT / "src/rank1/presets.json").read_text())
TEMPLATE = "Find what answers FILL_QUERY_HERE, and repeats FILL_QUERY_HERE."
INSTRUCTION = " Only facts count. "
MASK = 2**32 - 1


def rotate(bits: int, count: int) -> int:
    return ((bits << count) | (bits >> (32 - count))) & MASK


def scramble(mixed: int) -> int:
    mixed = ((mixed ^ (mixed >> 16)) * 0x85EBCA6B) & MASK
    mixed = ((mixed ^ (mixed >> 13)) * 0xC2B2AE35) & MASK
    return mixed ^ (mixed >> 16)


def chain_seed(seed: int, prompt: list[int], sample: int) -> int:
    mixed = seed & MASK
    for block in [sample, *prompt]:
        block = (rotate((block * 0xCC9E2D51) & MASK, 15) * 0x1B873593) & MASK
        mixed = (rotate(mixed ^ block, 13) * 5 + 0xE6546B64) & MASK
    return scramble(mixed ^ len(prompt))


def uniform(seed: int):
    """Numbers from (0, 1), 32 bits each."""
    state = []
    for step in range(1, 5):
        state.append(scramble((seed + step * 0x9E3779B9) & MASK))
    a, b, c, d = state
    while True:
        yield ((rotate((b * 5) & MASK, 7) * 9 & MASK) + 0.5) / 2**32
        shifted = (b << 9) & MASK
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        c, d = c ^ shifted, rotate(d, 11)


def loops(ids: list[int]) -> bool:
    """A stretch of up to 128 tokens, four times in a row or more, over 64 tokens or more, at the end of `ids`."""
    for period in range(1, 129):
        numbers = len(ids) - period
        equal = 0
        while equal < numbers and ids[-1 - equal] == ids[-1 - equal - period]:
            equal += 1
        if equal > 0 and equal + period >= max(64, 4 * period):
            return True
    return False


class OptionOracle(modes.Oracle):
    @torch.no_grad()
    def chain(self, query, document, limit, draw=None, temperature=1.0, guard=False):
        """The verdict of one chain, and how near a choice came to being another."""
        prompt = self.prompt(query, document)
        ids, cache, gap, step, looped = [], None, float("inf"), torch.tensor([prompt]), False
        while True:
            output = self.model(step, past_key_values=cache, use_cache=True)
            cache, row = output.past_key_values, output.logits[0, -1]
            if draw is None:
                top = torch.topk(row, 2)
                token, margin = int(top.indices[0]), float(top.values[0] - top.values[1])
            else:
                logits = row.double().numpy()
                bounds = np.cumsum(np.exp((logits - logits.max()) / temperature))
                at = next(draw)
                token = int(np.searchsorted(bounds, at * bounds[-1], side="right"))
                margin = float(np.abs(bounds / bounds[-1] - at).min())
            gap = min(gap, margin)
            ids.append(token)
            if self.answered(ids) or len(ids) == limit:
                break
            if guard and loops(ids):
                looped = True
                break
            step = torch.tensor([[token]])
        result = {"promptTokenIds": prompt, "gap": gap, "numThought": len(ids)}
        if self.answered(ids):
            said = self.full.decode(ids[:-2], skip_special_tokens=False).strip()
            verdict = self.verdict(row, self.answers[ids[-1]])
            return {**result, "reasoning": said, "finishReason": "verdict", "forced": False, **verdict}
        # A cut just behind the marker: docs/decisions/0032.
        kept = ids[:-1] if ids[-1] == self.close else ids
        said = self.full.decode(kept, skip_special_tokens=False).strip()
        trimmed = conformance.trim_to_last_sentence(said)
        verdict = self.answer(self.prompt(query, document, f"\n{trimmed}\n") + [self.close])
        reason = "loop" if looped else "length"
        return {**result, "reasoning": said, "finishReason": reason, "forced": True, **verdict}


def fill(query, options):
    """The query as it stands in the prompt."""
    instruction = options.get("instruction", "")
    if instruction.strip() and instruction != query:
        query = f"{query} {instruction}".strip()
    template = options.get("queryTemplate") or PRESETS.get(options.get("preset"))
    return query if template is None else template.replace("FILL_QUERY_HERE", query)


def main():
    oracle = OptionOracle()
    pairs = [(query, document) for query, document in conformance.pairs() if len(document) > 40]
    wishes = [
        {"instruction": INSTRUCTION},
        {"queryTemplate": TEMPLATE},
        {"queryTemplate": TEMPLATE, "instruction": INSTRUCTION},
        *({"preset": name} for name in PRESETS),
    ]
    prompts = []
    for number, wish in enumerate(wishes * 2):
        query, text = pairs[number]
        title = f"Title {number}" if number % 2 else None
        options = {**wish, "maxNewTokens": 96}
        document = text if title is None else f"{title} {text}"
        case = oracle.chain(fill(query, wish), document, options["maxNewTokens"])
        prompts.append({"query": query, "title": title, "text": text, "options": options, **case})
    guarded = []
    # The last ten are other people's worst texts: chains that never end are among theirs.
    for query, text in conformance.pairs()[-10:]:
        case = oracle.chain(query, text, 160, guard=True)
        if case["finishReason"] == "loop":
            guarded.append((query, text, case))
    ordinary = [(query, text, oracle.chain(query, text, 160, guard=True)) for query, text in pairs[:4]]
    guard = [
        {"query": query, "title": None, "text": text, "options": {"loopGuard": True, "maxNewTokens": 160}, **case}
        for query, text, case in guarded + ordinary
    ]
    samples = []
    for number, (query, text) in enumerate(pairs[:10]):
        options = {"samples": 3, "temperature": (0.6, 1.0)[number % 2], "seed": (0, 7, -3)[number % 3]}
        options["maxNewTokens"] = (96, 14)[number % 4 == 3]
        prompt = oracle.prompt(query, text)
        chains = [
            oracle.chain(query, text, options["maxNewTokens"], draw, options["temperature"])
            for draw in (uniform(chain_seed(options["seed"], prompt, sample)) for sample in range(3))
        ]
        # A draw that near to a token's bound falls on its other side where sums are rounded otherwise.
        if min(chain["gap"] for chain in chains) < 1e-4:
            continue
        mean = float(np.mean([chain["score"] for chain in chains]))
        samples.append({"query": query, "title": None, "text": text, "options": options, "chains": chains, "score": mean})
    parts = {"prompts": prompts, "guard": guard, "samples": samples}
    head = {
        "generator": "test/oracle/modes/make_option_fixtures.py",
        "versions": {module.__name__: module.__version__ for module in (torch, transformers, tokenizers)},
        "weightsSha256": modes.hashlib.sha256((conformance.MODEL / "onnx/model_q4.onnx_data").read_bytes()).hexdigest(),
    }
    lines = [json.dumps(head)[:-1]]
    for name, cases in parts.items():
        lines.append(f'"{name}": [\n' + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]")
    FIXTURE.write_text(",\n".join(lines) + "}\n")
    counts = {name: len(cases) for name, cases in parts.items()}
    gaps = [case["gap"] for case in prompts + guard] + [c["gap"] for one in samples for c in one["chains"]]
    loop = sum(case["finishReason"] == "loop" for case in guard)
    print(f"{counts}, {loop} loops, nearest choice {min(gaps):.1e}, {FIXTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
