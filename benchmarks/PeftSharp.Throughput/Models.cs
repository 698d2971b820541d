using PeftSharp.Models.Bert;
using PeftSharp.Models.Gpt2;

namespace PeftSharp.Throughput;

/// <summary>Models of the published sizes with random weights.</summary>
internal static class Models
{
    internal static readonly string[] Names = ["bert-base", "minilm", "gpt2", "gpt2-tiny"];

    internal static PretrainedModel Create(string name) => name switch
    {
        "bert-base" => AutoModelForSequenceClassification.FromConfig(new BertConfig { NumLabels = 2 }),
        "minilm" => AutoModelForSequenceClassification.FromConfig(new BertConfig { HiddenSize = 384, NumHiddenLayers = 6, NumAttentionHeads = 12, IntermediateSize = 1536, NumLabels = 2 }),
        "gpt2" => AutoModelForCausalLM.FromConfig(new Gpt2Config()),
        "gpt2-tiny" => AutoModelForCausalLM.FromConfig(new Gpt2Config { VocabSize = 8192, NPositions = 256, NEmbd = 256, NLayer = 4, NHead = 4 }),
        _ => throw new ArgumentException($"'{name}' is none of {string.Join(", ", Names)}."),
    };
}
