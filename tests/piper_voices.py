"""A voice for Piper as it is in its files: it hums, loud for letters and silent for pauses, for as long as it says."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

RATE, HOP = 22050, 256
FRAMES_A_SIGN = 6
"""How long each sign of a voice lasts at the usual speed, in hops."""
_ESPEAK = {"en_US": "en-us", "en_GB": "en-gb-x-rp"}
_SILENT = "_^$ .,:;!?"


def piper_voice(folder: Path, name: str = "en_US-hum-medium", *, tells: bool = True, speakers: int = 1) -> Path:
    """
    Make the two files of a voice; the path of its model.

    A voice that does not tell has no lengths in it that Piper can find.
    """
    signs = max(ids[0] for ids in DEFAULT_PHONEME_ID_MAP.values()) + 1
    silent = {DEFAULT_PHONEME_ID_MAP[sign][0] for sign in _SILENT}
    gains = np.array([0.0 if sign in silent else 0.5 for sign in range(signs)], np.float32)
    model = _model(gains, tells=tells, several=speakers > 1)
    path = folder / f"{name}.onnx"
    onnx.save(model, str(path))
    family, _, country = name.partition("-")[0].partition("_")
    config = {
        "audio": {"sample_rate": RATE, "quality": name.rpartition("-")[2]},
        "espeak": {"voice": _ESPEAK.get(f"{family}_{country}", family)},
        "language": {"code": f"{family}_{country}", "family": family, "region": country},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": signs,
        "num_speakers": speakers,
        "speaker_id_map": {f"p{number}": number for number in range(speakers)} if speakers > 1 else {},
        "dataset": name.split("-")[1],
        "hop_length": HOP,
    }
    Path(f"{path}.json").write_text(json.dumps(config))
    return path


def _model(gains: np.ndarray, *, tells: bool, several: bool) -> onnx.ModelProto:
    """Each sign lasts FRAMES_A_SIGN hops times the scale of lengths; a tone with noise, as loud as the sign."""
    constants = {
        "one": np.array([1], np.int64),
        "gains": gains,
        "frames": np.array([FRAMES_A_SIGN], np.float32),
        "hop": np.array([HOP], np.float32),
        "zero": np.array(0, np.float32),
        "step": np.array(1, np.float32),
        "axis": np.array(1, np.int64),
        "axes": np.array([1], np.int64),
        "turn": np.array([2 * np.pi * 150 / RATE], np.float32),
        "noise": np.array([0.02], np.float32),
        "column": np.array([-1, 1], np.int64),
        "row": np.array([-1], np.int64),
        "shape": np.array([1, 1, -1], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Cast", ["input"], ["signs"], to=TensorProto.FLOAT),
        node("Mul", ["signs", "zero"], ["nothing"]),
        node("Gather", ["scales", "one"], ["scale"]),
        node("Mul", ["frames", "scale"], ["long"]),
        node("Add", ["nothing", "long"], ["lengths"]),
        node("Ceil" if tells else "Floor", ["lengths"], ["w"]),
        node("Mul", ["w", "hop"], ["samples"]),
        node("CumSum", ["samples", "axis"], ["ends"]),
        node("Reshape", ["ends", "row"], ["edges"]),
        node("ReduceSum", ["samples"], ["all"], keepdims=0),
        node("Range", ["zero", "all", "step"], ["time"]),
        node("Reshape", ["time", "column"], ["times"]),
        node("GreaterOrEqual", ["times", "edges"], ["is_past"]),
        node("Cast", ["is_past"], ["past"], to=TensorProto.FLOAT),
        node("ReduceSum", ["past", "axes"], ["index"], keepdims=0),
        node("Cast", ["index"], ["which"], to=TensorProto.INT64),
        node("Reshape", ["input", "row"], ["said"]),
        node("Gather", ["said", "which"], ["sign"]),
        node("Gather", ["gains", "sign"], ["gain"]),
        node("Mul", ["time", "turn"], ["angle"]),
        node("Sin", ["angle"], ["tone"]),
        node("RandomNormalLike", ["tone"], ["rough"]),
        node("Mul", ["rough", "noise"], ["hiss"]),
        node("Add", ["tone", "hiss"], ["voice"]),
        node("Mul", ["voice", "gain"], ["heard"]),
        node("Reshape", ["heard", "shape"], ["output"]),
    ]
    value = helper.make_tensor_value_info
    inputs = [
        value("input", TensorProto.INT64, [1, "signs"]),
        value("input_lengths", TensorProto.INT64, [1]),
        value("scales", TensorProto.FLOAT, [3]),
        *([value("sid", TensorProto.INT64, [1])] if several else []),
    ]
    made = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    outputs = [value("output", TensorProto.FLOAT, [1, 1, "samples"])]
    graph = helper.make_graph(nodes, "hum", inputs, outputs, made)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
