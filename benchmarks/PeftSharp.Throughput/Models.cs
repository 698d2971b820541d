using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Models.DebertaV2;
using PeftSharp.Models.Gpt2;
using PeftSharp.Models.Llama;
using PeftSharp.Models.ModernBert;
using PeftSharp.Models.Qwen2;
using PeftSharp.Models.Vit;

namespace PeftSharp.Throughput;

/// <summary>Creates models of the published sizes with random weights.</summary>
internal static class Models
{
    internal static readonly string[] Names =
    [
        "bert-base", "minilm", "deberta-v3-base", "modernbert-base", "gpt2", "gpt2-tiny", "gpt2-medium", "gpt2-large", "gpt2-xl",
        "smollm2-135m", "qwen2.5-0.5b", "vit-base",
    ];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="layers">The number of layers; 0: the number of the published model.</param>
    internal static PretrainedModel Create(string name, int layers = 0) => name switch
    {
        "bert-base" => AutoModelForSequenceClassification.FromConfig(new BertConfig { NumHiddenLayers = Or(layers, 12), NumLabels = 2 }),
        "minilm" => AutoModelForSequenceClassification.FromConfig(new BertConfig
        {
            HiddenSize = 384, NumHiddenLayers = Or(layers, 6), NumAttentionHeads = 12, IntermediateSize = 1536, NumLabels = 2,
        }),
        "deberta-v3-base" => AutoModelForSequenceClassification.FromConfig(new DebertaV2Config
        {
            HiddenSize = 768, NumHiddenLayers = Or(layers, 12), NumAttentionHeads = 12, IntermediateSize = 3072, RelativeAttention = true,
            PositionBuckets = 256, NormRelEbd = "layer_norm", ShareAttKey = true, PosAttType = ["p2c", "c2p"], PositionBiasedInput = false,
            NumLabels = 2,
        }),
        "modernbert-base" => AutoModelForSequenceClassification.FromConfig(
            new ModernBertConfig { NumHiddenLayers = Or(layers, 22), NumLabels = 2 }),
        "gpt2" => AutoModelForCausalLM.FromConfig(new Gpt2Config { NLayer = Or(layers, 12) }),
        "gpt2-tiny" => AutoModelForCausalLM.FromConfig(
            new Gpt2Config { VocabSize = 8192, NPositions = 256, NEmbd = 256, NLayer = Or(layers, 4), NHead = 4 }),
        "gpt2-medium" => AutoModelForCausalLM.FromConfig(new Gpt2Config { NEmbd = 1024, NLayer = Or(layers, 24), NHead = 16 }),
        "gpt2-large" => AutoModelForCausalLM.FromConfig(new Gpt2Config { NEmbd = 1280, NLayer = Or(layers, 36), NHead = 20 }),
        "gpt2-xl" => AutoModelForCausalLM.FromConfig(new Gpt2Config { NEmbd = 1600, NLayer = Or(layers, 48), NHead = 25 }),
        "smollm2-135m" => AutoModelForCausalLM.FromConfig(new LlamaConfig
        {
            VocabSize = 49152, HiddenSize = 576, IntermediateSize = 1536, NumHiddenLayers = Or(layers, 30), NumAttentionHeads = 9,
            NumKeyValueHeads = 3, TieWordEmbeddings = true,
        }),
        "qwen2.5-0.5b" => AutoModelForCausalLM.FromConfig(new Qwen2Config
        {
            VocabSize = 151936, HiddenSize = 896, IntermediateSize = 4864, NumHiddenLayers = Or(layers, 24), NumAttentionHeads = 14,
            NumKeyValueHeads = 2, TieWordEmbeddings = true,
        }),
        "vit-base" => AutoModelForImageClassification.FromConfig(new VitConfig { NumHiddenLayers = Or(layers, 12), NumLabels = 10 }),
        _ => throw new ArgumentException($"'{name}' is not one of {string.Join(", ", Names)}."),
    };

    private static int Or(int layers, int published) => layers > 0 ? layers : published;
}
