using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <summary>A frozen <typeparamref name="TModel"/> with adapters.</summary>
/// <remarks>Thread safety: several threads can call one model in evaluation mode at once, each call with its own adapters. Changes of the adapters while calls are running are refused. Training, moving and disposing the model need exclusive use.</remarks>
/// <typeparam name="TModel">The base model's class.</typeparam>
public sealed class PeftModel<TModel> : PeftModel where TModel : PretrainedModel
{
    internal PeftModel(TModel model, PeftConfig config) : base(model, config) { }

    /// <summary>The base model, whose layers carry the adapters: what it answers is what this answers.</summary>
    public TModel GetBaseModel() => (TModel)Base;

    /// <summary>Merges adapters into the weights for good and gives the model back without them; this object is at its end.</summary>
    /// <param name="safeMerge">Whether weights that would not be finite, or a head that is tied to changed embeddings, are refused before anything is written. Default true; peft's default is false.</param>
    /// <param name="adapterNames">The adapters, in this order. Null: the active ones.</param>
    /// <exception cref="ArgumentException">A name is not known.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="safeMerge"/> refuses, or calls of the model are running.</exception>
    /// <exception cref="NotSupportedException">The method's adapters cannot be merged, such as virtual tokens.</exception>
    public TModel MergeAndUnload(bool safeMerge = true, IReadOnlyList<string>? adapterNames = null) => (TModel)MergeForGood(safeMerge, adapterNames);

    /// <summary>Takes all adapters away and gives the base model back as it was; this object is at its end.</summary>
    /// <exception cref="InvalidOperationException">An adapter's initialization changed the base weights (pissa, olora): merge it, or load the base model again. Or calls of the model are running.</exception>
    public TModel Unload() => (TModel)RemoveAll();
}
