using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <summary>Adds adapters to models.</summary>
public static class PeftExtensions
{
    /// <summary>
    /// Freezes a model and adds an adapter to it, in place: the returned model wraps the given model (peft's <c>get_peft_model</c>).
    /// </summary>
    /// <typeparam name="TModel">The class of the base model.</typeparam>
    /// <param name="model">The base model; it is disposed with the result.</param>
    /// <param name="config">The tuning method and its options, such as a <see cref="LoraConfig"/>.</param>
    /// <param name="adapterName">The name of the adapter. Default <c>default</c>.</param>
    /// <param name="logger">
    /// Receives a warning if a head is not in the checkpoint and stays frozen, so that its outputs are random. Null: the warning is written
    /// to the standard error stream.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The configuration is invalid or specifies layers that the model does not have, or the model already has adapters. The model is then
    /// unchanged.
    /// </exception>
    /// <exception cref="InvalidOperationException">Calls of the model are running.</exception>
    public static PeftModel<TModel> GetPeftModel<TModel>(
        this TModel model, PeftConfig config, string adapterName = AdapterNames.Default, ILogger? logger = null)
        where TModel : PretrainedModel
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(config);
        var peft = new PeftModel<TModel>(model, config);
        peft.Start(adapterName, () => peft.AddAdapter(adapterName, config));
        if (peft.FrozenNewWeights is not { } warning) return peft;
        if (logger is not null) logger.LogWarning("{Message}", warning);
        else
        {
            Console.Error.WriteLine($"Warning: {warning}");
            peft.WarningOnStandardError = warning;
        }
        return peft;
    }
}
