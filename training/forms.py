"""rank1's prompt in tokens, with the chain or the prefilled reasoning of instant mode; the same text as src/rank1/prompt.ts."""
from .chain import chain_of

INSTRUCTION = "Determine if the following passage is relevant to the query. Answer only with 'true' or 'false'."
INSTANT = "I have read the passage and thought enough. I can answer now."


def head(query):
    return f"{INSTRUCTION}\nQuery: {query}\nPassage:"


def instant_prompt(query, passage):
    return f"{head(query)} {passage}\n<think>\n{INSTANT}\n</think>"


def chain_prompt(query, passage):
    return f"{head(query)} {passage}\n<think>"


class Forms:
    """Encodes groups. The query's prompt is shared by the passages of a group."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.true, self.false = (self.encode(t)[0] for t in (" true", " false"))

    def encode(self, text):
        return self.tokenizer(text, add_special_tokens=False).input_ids

    def group(self, group, is_chain, max_tokens):
        """(prefix ids, [(ids after the prefix, length of the part that is predicted, label, similarity)]), cut to a budget.

        The ids end with the verdict; only the chain, `</think>` and the verdict are predicted. Passages beyond the
        budget are left out; two always stay, shortened if they must be.
        """
        prefix = self.encode(head(group["query"]))[:96]
        left, items = max_tokens - len(prefix), []
        for n, (text, label, answer, similarity, _) in enumerate(group["items"]):
            text = text.strip()
            chain = chain_of(group["query"], text, answer) if is_chain else ""
            tail = self.encode(f"{chain}\n</think>") if is_chain else self.encode(f"\n{INSTANT}\n</think>")
            tail.append(self.true if label else self.false)
            body = self.encode(f" {text}\n")
            room = (left if n else left // 2) - len(tail) - 1
            if len(body) > room:
                if n >= 2:
                    continue
                body = body[:max(1, room - 1)] + body[-1:]
            ids = body + self.encode("<think>") + tail
            left -= len(ids)
            items.append((ids, len(tail) if is_chain else 1, label, similarity))
        return prefix, items
