using PeftSharp.Internal;
using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <content>Calls, and the adapters that each call uses.</content>
public abstract partial class PeftModel
{
    /// <summary>
    /// Runs the base model with the adapters of the call: <see cref="ForwardOptions.AdapterNames"/>, otherwise the adapters of the
    /// innermost scope, otherwise <see cref="ActiveAdapters"/>.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// An adapter name is unknown, or the number of names is neither 1 nor the number of rows.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The call or the scope selects adapters while an adapter is merged, or a <see cref="DisableAdapter"/> scope of another caller has
    /// unmerged the adapters.
    /// </exception>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        using var running = Calls.Call();
        var choice = ChoiceFor(inputs, options);
        options = options with { AdapterNames = null };
        using var scope = choice is null || ReferenceEquals(choice, _adapters.Scoped) ? null : new AdapterScope(_adapters, choice);
        var adapters = _adapters.Current;
        var output = _tuner.Forward(inputs, options, adapters, Base.call);
        if (output.Loss is { } loss && _tuner.GetPenalty(adapters) is { } penalty) output["loss"] = loss + penalty;
        return output;
    }

    internal override void CheckOptions(ModelInputs inputs, ForwardOptions options)
    {
        base.CheckOptions(inputs, options);
        using var running = Calls.Call();
        ChoiceFor(inputs, options);
    }

    /// <summary>Runs the base model with one adapter for all rows of the batch.</summary>
    /// <param name="inputs">The batch, as for the base model.</param>
    /// <param name="adapter">The name of the adapter; <see cref="AdapterChoice.BaseModel"/> selects the base model.</param>
    /// <returns>The output, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged, or a <see cref="DisableAdapter"/> scope of another caller has unmerged the adapters.
    /// </exception>
    public ModelOutput CallWithAdapter(ModelInputs inputs, string adapter)
    {
        ArgumentException.ThrowIfNullOrEmpty(adapter);
        return CallWithAdapters(inputs, [adapter]);
    }

    /// <summary>Runs the base model with one adapter per row of the batch.</summary>
    /// <param name="inputs">The batch, as for the base model.</param>
    /// <param name="adapterNames">
    /// One name per row, or one name for all rows; <see cref="AdapterChoice.BaseModel"/> selects the base model.
    /// </param>
    /// <returns>The output, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">A name is unknown, or the number of names is neither 1 nor the number of rows.</exception>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged, or a <see cref="DisableAdapter"/> scope of another caller has unmerged the adapters.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// The tuning method does not support different adapters in one batch (an example is prompt tuning), or an adapter trains rows of
    /// embeddings that are tied to the head.
    /// </exception>
    public ModelOutput CallWithAdapters(ModelInputs inputs, IReadOnlyList<string> adapterNames)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(adapterNames);
        return call(inputs, ForwardOptions.Default with { AdapterNames = adapterNames });
    }

    /// <summary>Selects one adapter for all rows in calls of the current async context, until the returned scope is disposed.</summary>
    /// <remarks>
    /// Other async contexts are not affected, and <see cref="SetAdapter(string[])"/> does not change the adapters of an open scope. Tasks
    /// that are started within the scope use its adapters.
    /// Dispose scopes in reverse order, in the method that created them. Call this model, not the model that <c>GetBaseModel</c> returns:
    /// the latter also applies the scope, but does not check the adapter names.
    /// </remarks>
    /// <param name="adapterName">The name of the adapter; <see cref="AdapterChoice.BaseModel"/> selects the base model.</param>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged.</exception>
    public IDisposable UseAdapter(string adapterName)
    {
        ArgumentException.ThrowIfNullOrEmpty(adapterName);
        return Use(AdapterChoice.ForAll(adapterName, _adapters.Scoped?.Owner));
    }

    /// <summary>
    /// Selects one adapter per row of the batch in calls of the current async context, until the returned scope is disposed.
    /// </summary>
    /// <remarks><inheritdoc cref="UseAdapter" path="/remarks"/></remarks>
    /// <param name="adapterNames">One name per row; <see cref="AdapterChoice.BaseModel"/> selects the base model.</param>
    /// <exception cref="ArgumentException">The list is empty, or a name is unknown.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged.</exception>
    public IDisposable UseAdapters(IReadOnlyList<string> adapterNames)
    {
        ArgumentNullException.ThrowIfNull(adapterNames);
        if (adapterNames.Count == 0)
            throw new ArgumentException("The list is empty. Provide one name per row of the batch; "
                + $"'{AdapterChoice.BaseModel}' selects the base model.", nameof(adapterNames));
        return Use(AdapterChoice.ForRows([.. adapterNames], _adapters.Scoped?.Owner));
    }

    /// <summary>
    /// Disables all adapters in calls of the current async context, until the returned scope is disposed. The calls return the outputs of
    /// the base model.
    /// </summary>
    /// <remarks>
    /// If no adapter is merged, other async contexts are not affected. If adapters are merged, the scope unmerges them, and merges them
    /// again when it is disposed; in between, calls outside the scope and all changes of the adapters throw. Trained biases of the base
    /// model remain changed. The scope does not change which parameters are trainable.
    /// </remarks>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged and calls of the model are running. Disposing the scope throws the same exception if it merges adapters again
    /// while calls are running.
    /// </exception>
    public IDisposable DisableAdapter()
    {
        if (_adapters.Merged.Count == 0) return Use(AdapterChoice.ForAll([], _adapters.Scoped?.Owner));
        using var change = BeginChange("Disabling merged adapters");
        var merged = _adapters.Merged;
        Unmerge();
        var choice = AdapterChoice.ForAll([], owner: new object());
        _adapters.Owner = choice.Owner;
        SetTrainable();
        return new AdapterScope(_adapters, choice, () =>
        {
            using var end = Calls.Change("Disposing a scope of DisableAdapter, which merges the adapters again,");
            _adapters.Owner = null;
            Merge(safeMerge: false, merged);
        });
    }

    private AdapterScope Use(AdapterChoice choice)
    {
        ThrowIfDisposed();
        using var running = Calls.Call();
        RequireUsable(choice);
        return new AdapterScope(_adapters, choice);
    }

    /// <summary>The choice of the call or of the current scope, checked against the batch; null if there is none.</summary>
    private AdapterChoice? ChoiceFor(ModelInputs inputs, ForwardOptions options)
    {
        if (ChoiceOf(options) is not { } choice) return null;
        var rows = inputs.BatchSize / options.RowsPerAdapterName;
        if (choice.Rows is { } names && names.Count != rows)
            throw new ArgumentException($"AdapterNames contains {Quantity.Of(names.Count, "name")}, but the batch has "
                + $"{Quantity.Of(rows, "row")}. Provide one name per row; '{AdapterChoice.BaseModel}' selects the base model.");
        return choice.Repeat(options.RowsPerAdapterName);
    }

    /// <summary>The choice of the call or of the current scope, checked; null if there is none.</summary>
    private AdapterChoice? ChoiceOf(ForwardOptions options)
    {
        var scope = _adapters.Scoped;
        if (_adapters.Owner is { } owner && !ReferenceEquals(scope?.Owner, owner))
            throw new InvalidOperationException("A DisableAdapter scope of another caller has unmerged the adapters of this model "
                + "and merges them again when it is disposed. Wait until then. To avoid this, call Unmerge before DisableAdapter: "
                + "if no adapter is merged, the scope affects only its own calls.");
        var choice = options.AdapterNames switch
        {
            null => scope,
            { Count: 0 } => throw new ArgumentException("AdapterNames is empty. Provide one name, or one name per row; "
                + $"'{AdapterChoice.BaseModel}' selects the base model."),
            [var name] => AdapterChoice.ForAll(name, scope?.Owner),
            var names => AdapterChoice.ForRows(names, scope?.Owner),
        };
        if (choice is not null) RequireUsable(choice);
        return choice;
    }

    // An adapter may have been deleted, renamed or merged after the scope was opened.
    private void RequireUsable(AdapterChoice choice)
    {
        RequireKnown(choice.Names);
        RequireUnmerged("Selecting adapters for a call");
    }
}
