"""Groups made from templates, for kinds that the real question data lacks.

`made_group(rng)` -> {"query", "source": "made-<kind>", "items": [[text, label, answer, kind], ...]}, positives first. In the tables
(`template_tables.py`) `[...]` marks the part of a passage that answers. All randomness comes from the `rng` passed in.
"""
import re

from . import template_tables as tables

WEIGHTS = {"languages": 30, "numbers": 20, "names": 15, "stuffing": 10, "negation": 10, "office": 15}

MAX_NEGATIVES = 5
LOWER_SHARE = 0.4
STOP = set("a an the is are was were do does did of in on at to for what which who when where how it its be can i my there has have".split())


def rows(block):
    """Rows of a table: lines split at `|`."""
    return [[c.strip() for c in line.split("|")] for line in block.strip().splitlines() if line.strip()]


def unmark(text):
    """(text without marks, marked part or the whole text)."""
    found = re.search(r"\[(.+?)\]", text, re.S)
    plain = text.replace("[", "").replace("]", "")
    return plain, found.group(1) if found else plain


def sentence_case(text):
    """The text with a capital at its start; codes stay as they are."""
    return text[:1].upper() + text[1:] if text[:2].isalpha() or text[1:2] == " " else text


def typed(query, rng, keywords=True):
    """The query as a question, in lower case as typed, or as keywords."""
    x = rng.random()
    if keywords and x > 0.85 and query.isascii():
        kept = [w for w in query.rstrip("?. ").split() if w.lower() not in STOP]
        if len(kept) >= 3:
            query = " ".join(kept)
    if rng.random() < LOWER_SHARE:
        return query.rstrip("?. ").lower()
    return query


def finish(rng, kind, query, positives, negatives, keywords=True):
    """A group from marked positives and (text, kind) negatives, or None when too little is left."""
    items, seen = [], set()
    for text in positives:
        text, answer = unmark(text)
        text = sentence_case(text.strip())
        answer = answer.strip() if answer.strip() in text else sentence_case(answer.strip())
        if text not in seen:
            seen.add(text)
            items.append([text, 1, answer, "positive"])
    few = []
    for text, what in negatives:
        text = sentence_case(unmark(text)[0].strip())
        if text and text not in seen:
            seen.add(text)
            few.append([text, 0, "", what])
    if len(few) < 2:
        return None
    few = few[:MAX_NEGATIVES]
    rng.shuffle(few)
    return {"query": typed(query, rng, keywords), "source": f"made-{kind}", "items": items + few}


def some(rng, things, k):
    """Up to k of the things, in random order."""
    things = list(things)
    return rng.sample(things, min(k, len(things)))


def with_filler(text, rng, share=0.4):
    """The text, at times with one to three sentences around it that say nothing of the matter."""
    if rng.random() > share:
        return text
    extra = some(rng, tables.FILLER, rng.randint(1, 3))
    at = rng.randint(0, len(extra))
    return " ".join(extra[:at] + [text] + extra[at:])


# --- languages

def parsed(block):
    """A language's table: slot facts {class: {attribute: (sentence, query)}}, fixed facts, everyday sentences, months."""
    slots, fixed, everyday, months = {}, {}, [], []
    for line in block.strip().splitlines():
        mark, rest = line[0], line[1:].strip()
        if mark == "~":
            key, sentence, *query = [c.strip() for c in rest.split("|")]
            cls, attribute = key.split(".")
            slots.setdefault(cls, {})[attribute] = (sentence, query[0] if query else "")
        elif mark == "=":
            key, sentence = [c.strip() for c in rest.split("|")]
            fixed[key] = sentence
        elif mark == "m":
            months = [c.strip() for c in rest.split(",")]
        else:
            everyday.append(rest)
    return slots, fixed, everyday, months


LANGUAGES = {code: parsed(block) for code, block in tables.LANGUAGES.items()}
SYLLABLES = "ka ma ri to na so mi ra lo ta vi le ni sa do la mo te si no".split()
SCRIPTS = {
    "ru": "ка ма ри то на со ми ра ло та ви ле ни са до ла мо те си но".split(),
    "el": "κα μα ρι το να σο μι ρα λο τα βι λε νι σα ντο λα μο τε σι νο".split(),
    "zh": "卡 马 里 托 纳 索 米 拉 洛 塔 维 莱 尼 萨 多 娜 莫 特 西 诺".split(),
    "ja": "カ マ リ ト ナ ソ ミ ラ ロ タ ヴィ レ ニ サ ド ラ モ テ シ ノ".split(),
    "ko": "카 마 리 토 나 소 미 라 로 타 비 레 니 사 도 라 모 테 시 노".split(),
    "ar": "كا ما ري تو نا سو مي را لو تا في لي ني سا دو لا مو تي سي نو".split(),
    "he": "קה מא רי טו נא סו מי רא לו טא וי לה ני סא דו לא מו טה סי נו".split(),
    "hi": "का मा री तो ना सो मी रा लो ता वी ले नी सा दो ला मो ते सी नो".split(),
}
SCRIPTS["uk"] = [s.replace("и", "і") for s in SCRIPTS["ru"]]


def name(rng, code, syllables=3):
    """(English spelling, local spelling) of an invented name."""
    picks = rng.sample(range(len(SYLLABLES)), syllables)
    english = "".join(SYLLABLES[i] for i in picks).capitalize()
    if code not in SCRIPTS:
        return english, english
    parts = [SCRIPTS[code][i] for i in picks]
    if code == "el":
        parts[-2] = parts[-2][:-1] + {"α": "ά", "ι": "ί", "ο": "ό", "ε": "έ"}[parts[-2][-1]]
    return english, "".join(parts).capitalize()


def entity(rng, code, cls):
    """(English, local) name of an entity of a class; a train has a number."""
    if cls == "tr":
        number = f"{rng.choice('ABCEGKLMNRST')}{rng.choice(['', rng.choice('BCERSX')])} {rng.randint(11, 989)}"
        return number, number
    return name(rng, code, rng.choice((2, 3, 3)))


def amount(rng, lo, hi):
    """A number whose two last digits are between 25 and 99, the last one from 5 on: these take one grammatical form in all languages here."""
    n = rng.randint(lo, hi)
    return n // 100 * 100 + rng.randint(2, 9) * 10 + rng.randint(5, 9)


def slot_sentence(rng, code, cls, attribute, local):
    """A slot fact about an entity, with random values."""
    sentence = LANGUAGES[code][0][cls][attribute][0]
    lo, hi = {"mt": (900, 4800), "rv": (100, 900), "bk": (100, 700)}.get(cls, (100, 900))
    a = rng.randint(8, 11)
    first, last = name(rng, code, 2), name(rng, code, 3)
    person = first[1] + ("·" if code in ("zh", "ja") else " ") + last[1]
    return sentence.format(e=local, n=amount(rng, lo, hi), y=rng.randint(1852, 2019), t=f"{rng.randint(5, 22)}:{rng.randint(10, 59)}", a=a,
                           b=rng.randint(16, 19), k=rng.randint(2, 14), p=rng.randint(5, 19), w=person,
                           m=rng.choice(LANGUAGES[code][3] or [""]))


def languages(rng):
    """English query (at times one in the language), passage in another language."""
    code = rng.choice(sorted(LANGUAGES))
    slots, fixed, everyday, _ = LANGUAGES[code]
    joint = "" if code in ("zh", "ja") else " "
    negatives = [(s, "everyday") for s in some(rng, everyday, rng.randint(1, 3))]
    if rng.random() < 0.3:
        negatives[0] = (joint.join(some(rng, everyday, 2)), "everyday")
    if rng.random() < 0.3:
        negatives.append((rng.choice(tables.FILLER), "english"))
    if rng.random() < 0.35:
        key = rng.choice(sorted(fixed))
        query, positive = rng.choice(tables.FIXED_QUERIES[key].split(" / ")), fixed[key]
        others = [k for k in fixed if k != key]
        negatives = [(fixed[k], "other-fact") for k in some(rng, others, 2)] + negatives
        if slots and rng.random() < 0.4:
            cls = rng.choice(sorted(slots))
            negatives.append((slot_sentence(rng, code, cls, rng.choice(sorted(slots[cls])), entity(rng, code, cls)[1]), "other-entity"))
    else:
        cls = rng.choice(sorted(slots))
        attribute = rng.choice(sorted(slots[cls]))
        english, local = entity(rng, code, cls)
        query = rng.choice(tables.SLOT_QUERIES[f"{cls}.{attribute}"].split(" / ")).format(e=english)
        in_language = slots[cls][attribute][1]
        if in_language and rng.random() < 0.25:
            query = in_language.format(e=local)
        positive = slot_sentence(rng, code, cls, attribute, local)
        other = entity(rng, code, cls)[1]
        while other == local:
            other = entity(rng, code, cls)[1]
        more = [(slot_sentence(rng, code, cls, attribute, other), "other-entity")]
        rest = [a for a in slots[cls] if a != attribute]
        for a in some(rng, rest, 2):
            more.append((slot_sentence(rng, code, cls, a, local), "other-attribute"))
        if rest and rng.random() < 0.3:
            positive += joint + unmark(slot_sentence(rng, code, cls, rng.choice(rest), local))[0]
        negatives = more[:3] + negatives
        if rng.random() < 0.2:
            negatives.append((fixed[rng.choice(sorted(fixed))], "other-fact"))
    if rng.random() < 0.25:
        extra = rng.choice(everyday)
        positive = rng.choice((positive + joint + extra, extra + joint + positive))
        negatives = [n for n in negatives if extra not in n[0]]
    return finish(rng, "languages", query, [positive], negatives)


# --- numbers

def swapped(number, rng):
    """The same number with digits swapped, changed, added or lost; never the same."""
    text = str(number)
    at = [i for i, c in enumerate(text) if c.isdigit()]
    while True:
        c, x = list(text), rng.random()
        i = rng.choice(at)
        if x < 0.45 and len(at) > 1:
            j = rng.choice([k for k in at if k != i])
            c[i], c[j] = c[j], c[i]
        elif x < 0.85:
            c[i] = str(rng.randint(0, 9))
        elif x < 0.93:
            c.insert(i, c[i])
        elif len(at) > 2:
            del c[i]
        out = "".join(c)
        if out != text and out[0] != "0":
            return out


MONTHS = "January February March April May June July August September October November December".split()


def day(rng):
    return f"{rng.randint(1, 28)} {rng.choice(MONTHS)}"


def value_of(shape, rng):
    """A random code: # is a digit, ^ a first digit, @ a letter, D a date, Y a year, T a time, V a version."""
    if shape == "D":
        return day(rng)
    if shape == "Y":
        return str(rng.randint(1890, 2023))
    if shape == "T":
        return f"{rng.randint(8, 19):02d}:{rng.choice((10, 15, 20, 30, 40, 45, 50))}"
    if shape == "V":
        return f"{rng.randint(1, 9)}.{rng.randint(0, 12)}.{rng.randint(0, 9)}"
    swap = {"#": "0123456789", "^": "123456789", "@": "ABCDEFGHKLMNPRSTVWX"}
    return "".join(rng.choice(swap[c]) if c in swap else c for c in shape)


def other_value(shape, value, rng):
    """Another value of the same shape, close to the first."""
    while True:
        if shape == "D":
            d, m = value.split()
            out = rng.choice((f"{d} {rng.choice(MONTHS)}", f"{rng.randint(1, 28)} {m}", f"{int(d) + rng.choice((-10, 10, 1))} {m}"))
            if not 1 <= int(out.split()[0]) <= 28:
                continue
        elif shape == "Y":
            out = str(int(value) + rng.choice((-100, -20, -11, -10, -9, -3, -2, -1, 1, 2, 3, 9, 10, 11, 20)))
            if int(out) > 2024:
                continue
        elif shape == "T":
            out = value_of("T", rng) if rng.random() < 0.6 else f"{rng.randint(8, 19):02d}{value[2:]}"
        else:
            out = swapped(value, rng)
        if out != value and not (out == value[::-1] and len(out) == 3):
            return out


def tables_of_numbers(rng):
    """A row of NUMBER_ROWS: the passage with just this number, others with near ones."""
    shape, queries, subjects, *sentences = rng.choice(NUMBER_ROWS)
    value = value_of(rng.choice(shape.split(" ")), rng)
    kind = shape if shape in ("D", "Y", "T") else ""
    said = some(rng, subjects.split(" ; "), 6)
    sentence = rng.choice(sentences)
    query = rng.choice(queries.split(" / ")).replace("{c}", value)
    date, plain = day(rng), rng.randint(12, 98)
    make = lambda c, x: sentence.replace("{c}", c).replace("{x}", x).replace("{d}", date).replace("{n}", str(plain))  # noqa: E731
    used, negatives = {value}, []
    for x in said[1:] + said[:1] * (rng.random() < 0.3):
        c = other_value(kind, value, rng)
        if c not in used:
            used.add(c)
            negatives.append((make(c, x), "digits"))
    rng.shuffle(negatives)
    negatives = negatives[:rng.randint(2, 5)]
    if rng.random() < 0.3:
        negatives[-1] = (" ".join(some(rng, tables.FILLER, rng.randint(1, 2))), "unrelated")
    if rng.random() < 0.35 and sentence.endswith("."):
        negatives = [(with_filler(t, rng, 0.9), k) for t, k in negatives]
        return query, with_filler(make(value, "[" + said[0] + "]"), rng, 0.9), negatives
    return query, make(value, "[" + said[0] + "]"), negatives


def limits(rng):
    """A row of LIMIT_ROWS: whether a passage answers depends on its number being above or below one."""
    query, lo, hi, step, sentence, names = rng.choice(LIMIT_ROWS)
    lo, hi, step = int(lo), int(hi), int(step)
    limit = rng.randrange(lo + (hi - lo) // 4, hi - (hi - lo) // 4, step)
    if step >= 10 and hi < 2100:
        limit = limit // 10 * 10
    query = rng.choice(query.split(" / "))
    above = any(w in query for w in ("more than", "over ", "after ", "at least", "longer", "above"))
    show = (lambda n: str(n)) if 1500 < lo < 2100 and hi < 2100 else (lambda n: f"{n:,}")
    low = lambda: rng.randint(lo, limit - max(1, (hi - lo) // 50))  # noqa: E731
    high = lambda: rng.randint(limit + max(1, (hi - lo) // 50), hi)  # noqa: E731
    yes, no = (high, low) if above else (low, high)
    who = some(rng, names.split(" ; "), 7)
    make = lambda e, n: sentence.replace("{e}", e).replace("{n}", n)  # noqa: E731
    negatives = [(make(e, show(no())), "limit") for e in who[2:2 + rng.randint(2, 4)]]
    if rng.random() < 0.4:
        negatives.append((rng.choice(tables.FILLER), "unrelated"))
    positives = [make(e, "[" + show(yes()) + "]") for e in who[:rng.choice((1, 1, 2))]]
    return query.replace("{l}", show(limit)), positives, negatives


def units(rng):
    """The same number in another unit."""
    queries, sentence, right, wrong, names = rng.choice(UNIT_ROWS)
    n, who = rng.randint(3, 95), some(rng, names.split(" ; "), 6)
    make = lambda e, n, u: sentence.replace("{e}", e).replace("{v}", f"{n} {u}")  # noqa: E731
    negatives = [(make(who[1], n, rng.choice(wrong.split(" ; "))), "unit"), (make(who[2], swapped(n, rng) if n > 9 else n + 5, right), "digits"),
                 (make(who[3], n * 10, right), "digits"), (make(who[4], n, rng.choice(wrong.split(" ; "))), "unit")]
    return rng.choice(queries.split(" / ")).replace("{v}", f"{n} {right}"), make(who[0], n, right).replace(who[0], f"[{who[0]}]", 1), some(rng, negatives, rng.randint(2, 4))


def numbers(rng):
    """Exact numbers, dates, codes and limits."""
    x = rng.random()
    if x < 0.68:
        query, positive, negatives = tables_of_numbers(rng)
        return finish(rng, "numbers", query, [positive], negatives)
    if x < 0.88:
        query, positives, negatives = limits(rng)
        return finish(rng, "numbers", query, positives, negatives, keywords=False)
    query, positive, negatives = units(rng)
    return finish(rng, "numbers", query, [positive], negatives, keywords=False)


# --- names

def bearers(block):
    """{name: {sense: [(query, passage)]}}."""
    out, current = {}, None
    for line in filter(None, block.splitlines()):
        cells = [c.strip() for c in line.split("|")]
        if len(cells) == 1:
            current = out.setdefault(cells[0], {})
        else:
            sense, query, passage = cells
            current.setdefault(sense, []).append((query, passage))
    return out


def names(rng):
    """The query says which bearer of a name is meant; negatives are about the others, or say something else of this one."""
    who = rng.choice(sorted(NAMES))
    senses = NAMES[who]
    sense = rng.choice(sorted(senses))
    i = rng.randrange(len(senses[sense]))
    queries, passage = senses[sense][i]
    others = [(unmark(p)[0], "other-bearer") for s in senses if s != sense for _, p in senses[s]]
    same = [(unmark(p)[0], "same-bearer") for n, (_, p) in enumerate(senses[sense]) if n != i]
    far = rng.choice([n for n in sorted(NAMES) if n != who])
    away = [(unmark(p)[0], "unrelated") for p in [rng.choice(rng.choice(sorted(NAMES[far].items()))[1])[1]]]
    if rng.random() < 0.25 and len(others) >= 2:
        joined = " ".join(t for t, _ in rng.sample(others, 2))
        others.append((joined, "other-bearer"))
    negatives = some(rng, others, 3) + some(rng, same, 1) + away * (len(others) < 3 or rng.random() < 0.4)
    if rng.random() < 0.2 and same:
        passage = f"{passage} {same[0][0]}"
        negatives = [n for n in negatives if n[0] != same[0][0]]
    return finish(rng, "names", rng.choice(queries.split(" / ")), [passage], negatives)


# --- stuffing

TAILS = ("Buy now!", "Click here.", "Read more", "Best price guaranteed", "Top 10", "FAQ", "Subscribe to our newsletter", "Share this page",
         "Updated daily", "Free shipping", "Learn more >>", "Sign up today", "Compare prices", "Watch the video", "Reviews 2024", "Download PDF",
         "Ask an expert", "See also", "Home > Guides", "Sponsored", "Get a free quote", "Cookies", "Log in", "Next page", "Trending now")


def stuffed(query, rng):
    """A text of the query's words that answers nothing."""
    plain = query.rstrip("?. ")
    words = [w for w in plain.split() if w.lower() not in STOP] or plain.split()
    key, tail = " ".join(words), lambda: rng.choice(TAILS)  # noqa: E731
    mixed = words[:]
    rng.shuffle(mixed)
    mix = " ".join(mixed)
    other = rng.choice(words)
    x = rng.randrange(16)
    if x == 0:
        return f"{key} | {key} tips | best {mix} | {key} guide"
    if x == 1:
        return f"Everything you need to know about: {plain}. {tail()} {tail()}"
    if x == 2:
        return f"{query} {query} {query}"
    if x == 3:
        return f"Related searches: {key}, {mix}, {key} near me, {key} 2024, why {key}"
    if x == 4:
        return f"{plain}? Many people ask this question. In this article we look at it in detail. {tail()}"
    if x == 5:
        return f"#{''.join(w.capitalize() for w in words)} #{other} #{mix.replace(' ', '')} #tips #{rng.choice(('viral', 'daily', 'howto'))}"
    if x == 6:
        return f"Home / Blog / {key.title()} / {tail()} / {tail()}"
    if x == 7:
        return f"{key.title()} - {tail()} {mix} {key}. {tail()}"
    if x == 8:
        return " ".join(rng.choice(words) for _ in range(rng.randint(8, 20)))
    if x == 9:
        return f"Q: {query}\nA: Posted by guest{rng.randint(10, 999)}. {rng.choice(('No replies yet.', 'I would like to know this too.', 'Bump, same question here.', 'Did you ever find out?'))}"
    if x == 10:
        return f"Looking for {key}? You have come to the right place! {tail()} {tail()}"
    if x == 11:
        return f"Table of contents: 1. {key.capitalize()} 2. Why {mix} matters 3. {other.capitalize()} FAQ 4. Conclusion"
    if x == 12:
        return f"{key.upper()}!!! {mix.upper()} >>> {tail()} <<<"
    if x == 13:
        return f"Tags: {', '.join(mixed)}. Category: {other}. Comments ({rng.randint(0, 99)})"
    if x == 14:
        return f"Search results for \"{plain.lower()}\": {rng.randint(2, 90)} pages found. {tail()}"
    return f"We get asked \"{plain}\" all the time. Our experts know {key} inside out, so get in touch with our team. {tail()}"


def content(query):
    """The query's words that count; words of queries that one answer may serve are one word."""
    return {SAME.get(w, w) for w in query.lower().rstrip("?. ").split()} - STOP - {"why", "best", "good"}


SAME = {"snoring": "sleep", "burn": "wasp", "blisters": "wasp", "kettle": "clean", "stain": "clean", "wax": "clean", "laundry": "clean"}


def stuffing(rng):
    """Negatives stuffed with the query's words, positives in words of their own."""
    query, *answers = rng.choice(STUFFING)
    positives = some(rng, answers, rng.choice((1, 1, 2)))
    if rng.random() < 0.3:
        positives[0] = with_filler("[" + unmark(positives[0])[0] + "]", rng, 0.8)
    negatives = [(stuffed(query, rng), "stuffed") for _ in range(rng.randint(3, 4))]
    if rng.random() < 0.4:
        _, *away = rng.choice([r for r in STUFFING if not content(r[0]) & content(query)])
        negatives.append((rng.choice(away), "unrelated"))
    return finish(rng, "stuffing", query, positives, negatives)


# --- negation

def negation(rng):
    """A row of NEGATION with its own negatives and one of another row."""
    if rng.random() < 0.45:
        queries, passages, opens, names_ = rng.choice(NEGATION_SLOTS)
        who = some(rng, names_.split(" ; "), 3)
        date = day(rng)
        fill = lambda t, e: t.replace("{e}", e).replace("{d}", date).replace("{n}", str(rng.randint(3, 40)))  # noqa: E731
        query = fill(rng.choice(queries.split(" / ")), who[0])
        positives = [fill(rng.choice(passages.split(" / ")), who[0])]
        negatives = [(fill(t, who[0]), "open") for t in some(rng, opens.split(" / "), 3)]
        negatives += [(fill(rng.choice(passages.split(" / ")), e), "other-entity") for e in who[1:]]
        return finish(rng, "negation", query, positives, some(rng, negatives, rng.randint(3, 5)), keywords=False)
    queries, passages, *own = rng.choice(NEGATION)
    negatives = [(t, "open") for t in own]
    row = rng.choice([r for r in NEGATION if r[0] != queries])
    negatives.append((rng.choice(row[1].split(" / ")), "unrelated"))
    if rng.random() < 0.4:
        negatives.append((rng.choice(tables.FILLER), "unrelated"))
    positives = [rng.choice(passages.split(" / "))]
    return finish(rng, "negation", rng.choice(queries.split(" / ")), [with_filler(p, rng, 0.2) for p in positives], negatives, keywords=False)


# --- office

# topics so close that a passage of one may answer a query of another
CLASHES = ({"attend", "apology", "chair", "minutes", "contact"}, {"payment", "late", "rent", "deposit", "refund", "delivery"}, {"law", "court"}, {"notice", "termination"},
           {"diagnosis", "allergy", "pressure"}, {"next", "follow"}, {"freight", "delivery", "insurance"}, {"vpn", "server"}, {"complaint", "refund"}, {"sick", "holiday"})
SHORT = ("Yes.", "No.", "n/a", "Invoice", "OK, thanks!", "Noted.", "See attachment.", "Confidential", "Total", "Draft", "Best regards", "TBD", "-", "Agenda",
         "Approved.", "Signature", "Re: Re: Fwd:", "Done", "Sent from my phone", "Summary", "Annex A", "Name / Date / Signature", "Thank you.", "+1")


def short(rng):
    if rng.random() < 0.3:
        n = rng.randint(3, 40)
        return f"Page {rng.randint(1, n)} of {n}"
    return rng.choice(SHORT)


def filled(text, rng):
    """Slots of the office tables: {p} person, {q} another, {n} number, {d} date, {c} company, {a} amount, {t} time."""
    for slot, make in (("{p}", lambda: person(rng)), ("{q}", lambda: person(rng)), ("{n}", lambda: str(rng.randint(2, 30))), ("{d}", lambda: day(rng)),
                       ("{c}", lambda: rng.choice(tables.COMPANIES)), ("{a}", lambda: f"{rng.randint(1, 95) * 50:,}"),
                       ("{t}", lambda: f"{rng.randint(8, 17)}:{rng.choice(('00', '15', '30', '45'))}")):
        while slot in text:
            text = text.replace(slot, make(), 1)
    return text


def person(rng):
    return f"{rng.choice(tables.FIRST)} {rng.choice(tables.LAST)}"


def office(rng):
    """Contracts, mails, minutes, tickets, notes: topics, claims and mentions."""
    x = rng.random()
    tiny = [(short(rng), "short") for _ in range(rng.choice((0, 1, 1, 2)))]
    if x < 0.5:
        row = rng.choice(OFFICE)
        topic, queries, *passages = row
        near = {t for group in CLASHES if topic in group for t in group} | {topic}
        others = some(rng, [r for r in OFFICE if r[0] not in near], 4)
        negatives = [(filled(rng.choice(r[2:]), rng), "other-topic") for r in others][:rng.randint(2, 4)] + tiny
        positives = [filled(p, rng) for p in some(rng, passages, rng.choice((1, 1, 2)))]
        return finish(rng, "office", rng.choice(queries.split(" / ")), positives, negatives)
    if x < 0.78:
        claim, yes, against, *opens = rng.choice(CLAIMS)
        form = rng.choice(("claims: {c}", "claims that {c}", "says that {c}", "which of these say that {c}", "{c}", "Statement: {C}.", "evidence that {c}"))
        query = form.replace("{c}", claim).replace("{C}", claim[0].upper() + claim[1:])
        away = rng.choice([r for r in CLAIMS if r[0] != claim])
        negatives = [(rng.choice(against.split(" / ")), "contradicts")] + [(t, "open") for t in opens] + [(away[1].split(" / ")[0], "unrelated")] + tiny
        return finish(rng, "office", query, some(rng, yes.split(" / "), rng.choice((1, 1, 2))), negatives, keywords=False)
    thing, *sentences = rng.choice(MENTIONS)
    form = rng.choice(("which of these mention {x}", "mentions of {x}", "mentions {x}", "{x}", "passages about {x}", "does it mention {x}?", "anything about {x}", "find where {x} comes up"))
    others = some(rng, [r for r in MENTIONS if r[0] != thing], 4)
    negatives = [(filled(rng.choice(r[1:]), rng), "other-mention") for r in others][:rng.randint(2, 4)] + tiny
    return finish(rng, "office", form.replace("{x}", thing), [filled(s, rng) for s in some(rng, sentences, rng.choice((1, 1, 2)))], negatives, keywords=False)


NUMBER_ROWS, LIMIT_ROWS, UNIT_ROWS = rows(tables.NUMBER_ROWS.replace("||", "¦")), rows(tables.LIMIT_ROWS), rows(tables.UNIT_ROWS)
NUMBER_ROWS = [[c.replace("¦", "|") for c in r] for r in NUMBER_ROWS]
NAMES, STUFFING = bearers(tables.NAMES), rows(tables.STUFFING)
NEGATION, NEGATION_SLOTS = rows(tables.NEGATION), rows(tables.NEGATION_SLOTS)
OFFICE, CLAIMS, MENTIONS = rows(tables.OFFICE), rows(tables.CLAIMS), rows(tables.MENTIONS)
MAKERS = {"languages": languages, "numbers": numbers, "names": names, "stuffing": stuffing, "negation": negation, "office": office}


def made_group(rng, kind=None):
    """A random group of a kind, or of a kind by weight."""
    kind = kind or rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    while True:
        group = MAKERS[kind](rng)
        if group:
            return group


if __name__ == "__main__":
    import random

    show = random.Random()
    for each in WEIGHTS:
        print(f"\n===== {each}")
        for _ in range(20):
            made = made_group(show, each)
            print(f"\n? {made['query']}")
            for text, label, answer, what in made["items"]:
                print(f"  {label} {what:15} {text!r}" + (f"  <{answer}>" if label else ""))
