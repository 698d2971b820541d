using PeftSharp.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners.Lora;

/// <summary>Low-rank adaptation of linear layers and embeddings.</summary>
internal sealed class LoraTuner : Tuner
{
    internal const string Name = "LORA";

    internal override string PeftType => Name;

    internal override string Targets => "linear layers (Linear, Conv1D) and embeddings";

    internal override PeftConfig ReadConfig(ConfigJson json) => LoraConfigJson.Read(json);

    internal override bool CanWrap(Module module) => DenseTarget.Of(module) is not null || TableTarget.Of(module) is not null;

    internal override TunerLayer Wrap(Module<Tensor, Tensor> target, AdapterState state) =>
        DenseTarget.Of(target) is { } dense ? new LoraLinear(target, dense, state) : new LoraEmbedding(target, TableTarget.Of(target)!, state);

    internal override void Add(TunerLayer layer, string path, string adapter, LayerConfig config)
    {
        var lora = (LoraConfig)config;
        if (lora.InitLoraWeights.ChangesBase && layer.Adapters.Any())
            throw new InvalidOperationException($"'{path}' has the adapters {string.Join(", ", layer.Adapters)}: '{lora.InitLoraWeights}' would change the weights under them. Add it first, or to a model of its own.");
        if (layer is LoraLinear linear) linear.Add(adapter, lora, lora.RankOf(path), lora.ScaleOf(path));
        else ((LoraEmbedding)layer).Add(adapter, lora, lora.RankOf(path), lora.ScaleOf(path));
    }
}
