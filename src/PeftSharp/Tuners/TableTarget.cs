using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using Embedding = PeftSharp.Modeling.Layers.Embedding;

namespace PeftSharp.Tuners;

/// <summary>An embedding as a target.</summary>
internal sealed class TableTarget : IAdaptable
{
    private readonly Embedding _embedding;

    private TableTarget(Embedding embedding) => _embedding = embedding;

    /// <summary>The layer as a target; null where it is no embedding.</summary>
    internal static TableTarget? Of(Module module) => module is Embedding embedding ? new TableTarget(embedding) : null;

    public Parameter Weight => _embedding.Weight;

    public Parameter? Bias => null;

    /// <summary>Number of ids.</summary>
    internal long Rows => Weight.shape[0];

    /// <summary>Width of a row.</summary>
    internal long Width => Weight.shape[1];

    /// <summary>The id whose row learns nothing; null where all learn.</summary>
    internal long? PaddingId => _embedding.PaddingId;
}
