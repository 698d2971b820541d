using Microsoft.Extensions.Logging;
using PeftSharp.Hub;
using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <content>Loading a base model together with an adapter.</content>
public abstract partial class PeftModel
{
    /// <summary>Loads a base model and a saved adapter (peft's <c>AutoPeftModel</c>).</summary>
    /// <remarks>
    /// <para>
    /// If the folder of the base model has no head, and <paramref name="options"/> contain neither class names nor a number of classes, the
    /// number of classes is taken from the adapter's head. An adapter does not contain the names of the classes: pass
    /// <see cref="PretrainedOptions.LabelNames"/>.
    /// </para>
    /// <para>Missing weights of the base model are reported after the adapter is loaded, because the adapter may contain them.</para>
    /// <code>
    /// using var model = PeftModel.FromPretrained(
    ///     options =&gt; AutoModelForSequenceClassification.FromPretrained("base", options), "adapter", new() { LabelNames = names });
    /// </code>
    /// </remarks>
    /// <typeparam name="TModel">The class of the base model.</typeparam>
    /// <param name="loadBase">
    /// Loads the base model with the options that are passed to it. It is called a second time if the number of classes is taken from the
    /// adapter's head and differs from the number of the loaded model.
    /// </param>
    /// <param name="nameOrFolder">
    /// The folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>; or, if there is no such folder, a name on the
    /// Hugging Face Hub.
    /// </param>
    /// <param name="options">
    /// Data type and device of the weights, the logger for warnings about the base model and the adapter, and changes to the
    /// configuration. Null: the defaults.
    /// </param>
    /// <param name="revision">
    /// Branch, tag or commit of the adapter on the Hub. Null: <c>main</c>. The revision of the base model is
    /// <see cref="PretrainedOptions.Revision"/>.
    /// </param>
    /// <param name="cancellationToken">Cancels the download of the adapter.</param>
    /// <returns>The model with the adapter. Disposing it disposes the base model.</returns>
    /// <exception cref="CheckpointException">A file is missing, malformed or not supported, or does not match the model.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The download was cancelled.</exception>
    public static PeftModel<TModel> FromPretrained<TModel>(
        Func<PretrainedOptions, TModel> loadBase, string nameOrFolder, PretrainedOptions? options = null, string? revision = null,
        CancellationToken cancellationToken = default)
        where TModel : PretrainedModel
    {
        ArgumentNullException.ThrowIfNull(loadBase);
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        options ??= new PretrainedOptions();
        var folder = HubFolder.Resolve(
            nameOrFolder, HubFiles.OfAdapter.WithPickle(options.AllowPickle), revision, options.Hub, cancellationToken);
        PeftConfigFile.Read(folder);                               // fails before a large base model is loaded
        var silent = options with { Logger = null };
        var model = loadBase(silent);
        try
        {
            if (options is { LabelNames: null, NumLabels: null } && AdapterHead.NumLabels(folder, model, options.AllowPickle) is { } count)
            {
                model.Dispose();
                model = loadBase(silent with { NumLabels = count });
            }
            var peft = FromPretrained(model, folder, allowPickle: options.AllowPickle, cancellationToken: cancellationToken);
            if (options.Logger is { } logger) peft.LogReports(logger, folder);
            return peft;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Whether an adapter has a copy of the head, which is used instead of the head of the base model.</summary>
    internal bool HasOwnHead => _configs.Values.Any(config => config.ModulesToSave is { Count: > 0 });

    private void LogReports(ILogger logger, string folder)
    {
        var fromAdapter = NewWeights.Names.Except(NewWeights.Untrained, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        if (Base.LoadReport?.WithoutReplaced(fromAdapter, HasOwnHead) is { } report && !(report.IsComplete && report.Warnings.Count == 0))
            logger.LogWarning("{Model} from '{Folder}': {Report}", Base.GetName(), Base.NameOrPath, report);
        if (LoadReport is { } own && !(own.IsComplete && own.Warnings.Count == 0))
            logger.LogWarning("The adapter from '{Folder}': {Report}", folder, own);
    }
}
