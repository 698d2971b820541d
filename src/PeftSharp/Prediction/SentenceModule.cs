using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Prediction;

/// <summary>A module of a sentence-transformers folder that follows the pooling. The module converts embeddings to embeddings.</summary>
internal abstract class SentenceModule : IDisposable
{
    /// <summary>The name of the class in sentence-transformers, such as <c>Dense</c>.</summary>
    internal abstract string ClassName { get; }

    /// <param name="x">Float32 [batch, width].</param>
    /// <returns>Float32 [batch, outputs].</returns>
    internal abstract Tensor Apply(Tensor x);

    /// <summary>Writes the files of the module.</summary>
    /// <param name="folder">The module's folder, which exists.</param>
    internal abstract void Save(string folder);

    /// <summary>Moves the weights to a device.</summary>
    internal virtual void To(Device device) { }

    public virtual void Dispose() { }

    /// <summary>Divides each embedding by its L2 norm (<c>Normalize</c>).</summary>
    internal sealed class Normalize : SentenceModule
    {
        internal override string ClassName => nameof(Normalize);

        internal override Tensor Apply(Tensor x) => functional.normalize(x, 2, 1);

        internal override void Save(string folder) { }
    }
}
