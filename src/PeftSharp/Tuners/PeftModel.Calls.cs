using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <content>Calls, and the adapters that each call uses.</content>
public abstract partial class PeftModel
{
    /// <summary>The base model's output with the adapters of this call: <see cref="ForwardOptions.AdapterNames"/>, otherwise those of the innermost scope, otherwise <see cref="ActiveAdapters"/>.</summary>
    /// <exception cref="ArgumentException">An adapter name is not known, or the number of names is not the number of rows.</exception>
    /// <exception cref="InvalidOperationException">The call or the scope chooses adapters, and an adapter is merged.</exception>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        using var running = Calls.Call();
        var choice = ChoiceFor(inputs, options);
        options = options with { AdapterNames = null };
        using var scope = choice is null || ReferenceEquals(choice, _adapters.OfFlow) ? null : new AdapterScope(_adapters, choice);
        var adapters = _adapters.Current;
        var output = _tuner.Forward(inputs, options, adapters, Base.call);
        if (output.Loss is { } loss && _tuner.Penalty(adapters) is { } penalty) output["loss"] = loss + penalty;
        return output;
    }

    internal override void CheckOptions(ModelInputs inputs, ForwardOptions options)
    {
        base.CheckOptions(inputs, options);
        using var running = Calls.Call();
        ChoiceFor(inputs, options);
    }

    /// <summary>The base model's output with one adapter for all rows of the batch.</summary>
    /// <param name="inputs">As for the base model.</param>
    /// <param name="adapter">Its name; <c>__base__</c> for the base model.</param>
    /// <exception cref="ArgumentException">The name is not known.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged.</exception>
    public ModelOutput CallWithAdapter(ModelInputs inputs, string adapter)
    {
        ArgumentException.ThrowIfNullOrEmpty(adapter);
        return CallWithAdapters(inputs, [adapter]);
    }

    /// <summary>The base model's output with an adapter for each row of the batch.</summary>
    /// <param name="inputs">As for the base model.</param>
    /// <param name="adapterNames">A name for each row, or one name for all rows; <c>__base__</c> for the base model.</param>
    /// <exception cref="ArgumentException">A name is not known, or the number of names is neither 1 nor the number of rows.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged.</exception>
    public ModelOutput CallWithAdapters(ModelInputs inputs, IReadOnlyList<string> adapterNames)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(adapterNames);
        return call(inputs, ForwardOptions.Default with { AdapterNames = adapterNames });
    }

    /// <summary>Uses one adapter for all rows in calls of this asynchronous flow, until the returned scope is disposed.</summary>
    /// <remarks>
    /// Calls on other threads are not affected, and <see cref="SetAdapter(string[])"/> does not change the adapters of an open scope. Scopes end in the reverse order of their
    /// start, in the method that started them. Calls must go through this model: the model of <c>GetBaseModel</c> follows the scope too, but does not check its names.
    /// </remarks>
    /// <param name="adapterName">Its name; <c>__base__</c> for the base model.</param>
    /// <exception cref="ArgumentException">The name is not known.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged.</exception>
    public IDisposable UseAdapter(string adapterName)
    {
        ArgumentException.ThrowIfNullOrEmpty(adapterName);
        return Use(AdapterChoice.ForAll(adapterName, _adapters.OfFlow?.Owner));
    }

    /// <summary>Uses an adapter for each row of the batch in calls of this asynchronous flow, until the returned scope is disposed.</summary>
    /// <remarks><inheritdoc cref="UseAdapter" path="/remarks"/></remarks>
    /// <param name="adapterNames">A name for each row; <c>__base__</c> for the base model.</param>
    /// <exception cref="ArgumentException">There is no name, or a name is not known.</exception>
    /// <exception cref="InvalidOperationException">An adapter is merged.</exception>
    public IDisposable UseAdapters(IReadOnlyList<string> adapterNames)
    {
        ArgumentNullException.ThrowIfNull(adapterNames);
        if (adapterNames.Count == 0) throw new ArgumentException($"Give a name for each row of the batch; '{AdapterChoice.BaseName}' is the base model.", nameof(adapterNames));
        return Use(AdapterChoice.ForRows([.. adapterNames], _adapters.OfFlow?.Owner));
    }

    /// <summary>Uses no adapter in calls of this asynchronous flow, until the returned scope is disposed: the outputs are the base model's.</summary>
    /// <remarks>
    /// Calls on other threads are not affected, unless adapters are merged: then the scope takes them out of the weights and merges them again at its end, and calls and changes
    /// of the adapters outside the scope are refused until then. Biases of the base model that an adapter trains stay as trained. Which parameters are trained does not change.
    /// </remarks>
    /// <exception cref="InvalidOperationException">An adapter is merged and calls of the model are running; disposing such a scope throws it too.</exception>
    public IDisposable DisableAdapter()
    {
        if (_adapters.Merged.Count == 0) return Use(AdapterChoice.ForAll([], _adapters.OfFlow?.Owner));
        using var change = BeginChange("Disabling merged adapters");
        var merged = _adapters.Merged;
        Unmerge();
        var choice = AdapterChoice.ForAll([], owner: new object());
        _adapters.Owner = choice.Owner;
        SetTrainable();
        return new AdapterScope(_adapters, choice, () =>
        {
            using var end = Calls.Change("Ending a scope of DisableAdapter, which merges the adapters again,");
            _adapters.Owner = null;
            Merge(safeMerge: false, merged);
        });
    }

    private AdapterScope Use(AdapterChoice choice)
    {
        using var running = Calls.Call();
        RequireUsable(choice);
        return new AdapterScope(_adapters, choice);
    }

    /// <summary>What the call or the scope around it chooses, checked against the batch; null where neither does.</summary>
    private AdapterChoice? ChoiceFor(ModelInputs inputs, ForwardOptions options)
    {
        if (ChoiceOf(options) is not { } choice) return null;
        choice = choice.Repeat(options.RowsPerAdapterName);
        if (choice.Rows is { } rows && rows.Count != inputs.BatchSize)
            throw new ArgumentException($"{rows.Count} adapter names were given for a batch of {inputs.BatchSize} rows. Give one name for each row; '{AdapterChoice.BaseName}' is the base model.");
        return choice;
    }

    /// <summary>What the call or the scope around it chooses, checked; null where neither does.</summary>
    private AdapterChoice? ChoiceOf(ForwardOptions options)
    {
        var scope = _adapters.OfFlow;
        if (_adapters.Owner is { } owner && !ReferenceEquals(scope?.Owner, owner))
            throw new InvalidOperationException("Another caller's scope of DisableAdapter has taken merged weights out of this model until it ends. Wait for its end, or call Unmerge beforehand: without merged weights such a scope concerns its own calls alone.");
        var choice = options.AdapterNames switch
        {
            null => scope,
            { Count: 0 } => throw new ArgumentException($"AdapterNames is empty. Give one name, or a name for each row; '{AdapterChoice.BaseName}' is the base model."),
            [var name] => AdapterChoice.ForAll(name, scope?.Owner),
            var names => AdapterChoice.ForRows(names, scope?.Owner),
        };
        if (choice is not null) RequireUsable(choice);
        return choice;
    }

    // A scope may have been opened before an adapter was deleted, renamed or merged.
    private void RequireUsable(AdapterChoice choice)
    {
        RequireKnown(choice.Names);
        RequireUnmerged("Choosing adapters for a call");
    }
}
