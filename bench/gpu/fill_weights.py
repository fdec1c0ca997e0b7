#!/usr/bin/env python3
"""Writes the weight files of a model folder made by `npm run bench -- --model shapes-0.5b`: random codes, constant
scales, and what was carried (rotary tables, biases). Standard library only; the weights are not those that Node
writes, but both layouts get the same ones.

usage: fill_weights.py MODEL_DIR...      each with fill.json and carried.bin
"""
import json
import pathlib
import random
import struct
import sys


def fill(folder):
    plan = json.loads((folder / 'fill.json').read_text())
    carried = (folder / 'carried.bin').read_bytes()
    target = folder / plan['file']
    with open(target, 'wb') as out:
        out.truncate(plan['bytes'])
        for part in plan['ranges']:
            out.seek(part['offset'])
            out.write(content(part, plan['floatBytes'], carried))
    print(f'{target}: {plan["bytes"] / 1e6:.1f} MB')


def content(part, float_bytes, carried):
    length = part['length']
    if part['kind'] == 'random':
        return random.Random(part['seed']).randbytes(length)
    if part['kind'] == 'constant':
        return struct.pack('<f' if float_bytes == 4 else '<e', part['value']) * (length // float_bytes)
    return carried[part['from']:part['from'] + length]


for argument in sys.argv[1:]:
    fill(pathlib.Path(argument))
