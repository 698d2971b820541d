using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <summary>A frozen <typeparamref name="TModel"/> with adapters.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once, each call with its own adapters. Changing the adapters
/// while calls are running throws. Training, moving and disposing the model need exclusive use.
/// </remarks>
/// <typeparam name="TModel">The class of the base model.</typeparam>
public sealed class PeftModel<TModel> : PeftModel where TModel : PretrainedModel
{
    internal PeftModel(TModel model, PeftConfig config) : base(model, config) { }

    /// <summary>
    /// Returns the base model. The layers of the base model contain the adapters, so its outputs include the effect of the adapters.
    /// </summary>
    public TModel GetBaseModel() => (TModel)Base;

    /// <summary>
    /// Merges adapters permanently into the weights and returns the base model without adapters. This object can no longer be used.
    /// </summary>
    /// <param name="safeMerge">
    /// Whether to throw an exception, before anything is changed, if a merged weight would contain NaN or infinity, or if a weight that the
    /// head and the embeddings share would change. Default true; peft's default is false.
    /// </param>
    /// <param name="adapterNames">The adapters to merge, in this order; adapters that are already merged stay merged. Null: the active
    /// adapters.</param>
    /// <exception cref="ArgumentException">
    /// A name is unknown, no adapter is specified and none is active, or two of the adapters each have a copy of the same module
    /// (<see cref="PeftConfig.ModulesToSave"/>) or train the same token row. Nothing was changed.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// A check of <paramref name="safeMerge"/> failed, an adapter with <see cref="LoraConfig.LoraBias"/> adapts a layer without a bias,
    /// calls of the model are running, or a scope of <see cref="PeftModel.DisableAdapter"/> has unmerged the adapters. Nothing was changed.
    /// </exception>
    /// <exception cref="NotSupportedException">An adapter cannot be merged into weights, for example because it trains virtual
    /// tokens.</exception>
    public TModel MergeAndUnload(bool safeMerge = true, IReadOnlyList<string>? adapterNames = null) =>
        (TModel)MergePermanently(safeMerge, adapterNames);

    /// <summary>Removes all adapters and returns the original base model, in which trained biases remain changed. This object can no longer
    /// be used.</summary>
    /// <exception cref="InvalidOperationException">
    /// Calls of the model are running, a scope of <see cref="PeftModel.DisableAdapter"/> has unmerged the adapters, or the initialization
    /// of an adapter changed the base weights (pissa, olora). In the last case, call <see cref="MergeAndUnload"/>, or load the base model
    /// again.
    /// </exception>
    public TModel Unload() => (TModel)RemoveAll();
}
