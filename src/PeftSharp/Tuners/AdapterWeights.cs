using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>
/// The trained parameters of one adapter at one location of the model: on a layer (<see cref="LayerAdapter"/>), as virtual tokens
/// (<see cref="PromptAdapter"/>), or shared by the layers of the model (<see cref="Tuner.AddSharedWeights"/>).
/// </summary>
/// <remarks>
/// <para>
/// A derived class declares its parameters in its constructor, with peft's names. The parameter <c>weight</c> of a module that is
/// declared as <c>lora_A</c> is named <c>lora_A.default.weight</c> in the model and <c>lora_A.weight</c> in the file, where
/// <c>default</c> is the adapter's name.
/// </para>
/// <para>Thread safety: several threads can read an instance at once; parameters are declared in the constructor only.</para>
/// </remarks>
public abstract class AdapterWeights
{
    private readonly List<Entry> _entries = [];

    /// <summary>The name of the adapter; empty until the adapter is added to the model.</summary>
    public string AdapterName { get; internal set; } = "";

    internal IReadOnlyList<Entry> Entries => _entries;

    /// <summary>Declares a module whose parameters the adapter trains.</summary>
    /// <typeparam name="TModule">The module class.</typeparam>
    /// <param name="name">The name that precedes the adapter's name, such as <c>lora_A</c>.</param>
    /// <param name="module">The module. Call <see cref="LayerTarget.MoveToLayer{TModule}"/> on it first.</param>
    /// <param name="namesParameters">
    /// Whether names in the file end with the name of the parameter, such as <c>lora_A.weight</c>. False for a module with one parameter
    /// that the file stores under <paramref name="name"/> alone, such as <c>lora_A</c>. Default true.
    /// </param>
    /// <returns><paramref name="module"/>.</returns>
    protected TModule AddModule<TModule>(string name, TModule module, bool namesParameters = true) where TModule : Module
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(module);
        // The constructor may use a dispose scope for temporary tensors.
        foreach (var parameter in module.parameters()) parameter.DetachFromDisposeScope();
        _entries.Add(new Entry(name, module, null, namesParameters));
        return module;
    }

    /// <summary>Declares a parameter that the adapter trains.</summary>
    /// <param name="name">The name that precedes the adapter's name, such as <c>ia3_l</c>.</param>
    /// <param name="value">The initial value. Call <see cref="LayerTarget.MoveToLayer(Tensor)"/> on it first.</param>
    /// <returns>The parameter. Read its <see cref="AdapterParameter.Value"/> on each use.</returns>
    protected AdapterParameter AddParameter(string name, Tensor value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        var kept = (value as Parameter ?? new Parameter(value)).DetachFromDisposeScope() as Parameter;
        var parameter = new AdapterParameter(this, kept ?? throw new InvalidOperationException());
        _entries.Add(new Entry(name, null, parameter, NamesParameters: true));
        return parameter;
    }

    /// <summary>One declaration: a module or a parameter.</summary>
    internal sealed record Entry(string Name, Module? Module, AdapterParameter? Parameter, bool NamesParameters);
}
