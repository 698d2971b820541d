using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>Changes parameters by their gradients. State is kept and saved by the parameters' names; no tensor outlives a step but the state.</summary>
/// <remarks>
/// <para>Build it when the model has its adapters, its device and its precision: a move gives a model other parameters.
/// A derived class names its state (<see cref="Slots"/>) and its formula (<see cref="Update(ParameterUpdate, ParameterGroup, double)"/>).</para>
/// <para>Not thread-safe: a step changes the parameters and the state; use an instance from one thread at a time, while no other thread calls the model.</para>
/// </remarks>
public abstract class Optimizer : IDisposable
{
    private readonly Dictionary<string, ParameterState> _states = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>An optimizer of these groups.</summary>
    /// <exception cref="ArgumentException">There is no parameter, a name or a parameter occurs twice, or one is frozen.</exception>
    protected Optimizer(IEnumerable<ParameterGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        Groups = [.. groups];
        var seen = new Dictionary<IntPtr, string>();
        foreach (var (name, parameter) in Parameters)
        {
            if (!parameter.requires_grad)
                throw new ArgumentException($"'{name}' is frozen (requires_grad is false): leave it out of the groups.", nameof(groups));
            if (!_states.TryAdd(name, new ParameterState()))
                throw new ArgumentException($"Two parameters are named '{name}': their states could not be told apart.", nameof(groups));
            if (!seen.TryAdd(parameter.Handle, name))
                throw new ArgumentException($"'{name}' and '{seen[parameter.Handle]}' are one parameter: it would be updated twice a step.", nameof(groups));
        }
        if (_states.Count == 0)
            throw new ArgumentException("No parameter to train.", nameof(groups));
    }

    /// <summary>The groups, in order.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>The parameters of all groups, in order.</summary>
    public IEnumerable<NamedParameter> Parameters => Groups.SelectMany(group => group.Parameters);

    /// <summary>Changes every parameter that has a gradient.</summary>
    /// <param name="learningRate">The learning rate of this step, as a schedule gives it; each group scales it.</param>
    /// <exception cref="ObjectDisposedException">The optimizer was disposed.</exception>
    public void Step(double learningRate) => Step(learningRate, gradientScale: 1);

    /// <summary>The same by gradients that are still to be scaled; afterwards they may be scaled or not.</summary>
    internal void Step(double learningRate, float gradientScale)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var noGradient = no_grad();
        foreach (var group in Groups)
        {
            using var scope = NewDisposeScope();
            var updates = new List<ParameterUpdate>(group.Parameters.Count);
            foreach (var (name, parameter) in group.Parameters)
            {
                if (parameter.grad is not { } gradient)
                    continue;
                var state = _states[name];
                if (state.Step++ == 0)
                    foreach (var slot in Slots(parameter))
                        state.Set(slot.Name, full([.. slot.Shape], slot.Start, slot.Type, parameter.device));
                updates.Add(new(parameter, gradient, state));
            }
            Update(group, updates, learningRate * group.LearningRateScale, gradientScale);
        }
    }

    /// <summary>Drops all gradients, so that the next backward pass writes instead of adds and their memory is free meanwhile.</summary>
    public void ZeroGrad()
    {
        foreach (var (_, parameter) in Parameters)
        {
            using var gradient = parameter.grad;
            if (gradient is not null)
                parameter.grad = null;
        }
    }

    /// <summary>
    /// The whole state by name: for each parameter <c>step.NAME</c> (int64 scalar) and, once it was stepped, <c>SLOT.NAME</c>, such as
    /// <c>exp_avg.encoder.weight</c>. The tensors belong to the caller's dispose scope but share memory with the optimizer: write them before the next step.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateTensors()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, parameter) in Parameters)
        {
            var state = _states[name];
            tensors[OptimizerState.StepKey(name)] = tensor(state.Step, ScalarType.Int64);
            if (state.Step > 0)
                foreach (var slot in Slots(parameter))
                    tensors[OptimizerState.Key(slot.Name, name)] = state[slot.Name].alias();
        }
        return tensors;
    }

    /// <summary>Goes back to a saved state; the tensors are copied. Nothing changes where an error is thrown.</summary>
    /// <param name="tensors">What <see cref="StateTensors"/> gave, of an optimizer of the same kind over parameters of the same names and shapes.</param>
    /// <exception cref="CheckpointException">A tensor is absent, unknown, or of another shape or number type; the message names it.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ObjectDisposedException.ThrowIf(_disposed, this);
        OptimizerState.Check(GetType().Name, Parameters, Slots, tensors);
        foreach (var (name, parameter) in Parameters)
        {
            using var scope = NewDisposeScope();
            var state = _states[name];
            state.Clear();
            state.Step = tensors[OptimizerState.StepKey(name)].cpu().item<long>();
            if (state.Step > 0)
                foreach (var slot in Slots(parameter))
                    state.Set(slot.Name, tensors[OptimizerState.Key(slot.Name, name)].detach().to(parameter.device).clone());
        }
    }

    /// <summary>The tensors kept for a parameter.</summary>
    protected abstract IReadOnlyList<StateSlot> Slots(Tensor parameter);

    /// <summary>The formula, for one parameter. Runs without gradients in a dispose scope of its own.</summary>
    /// <param name="update">The parameter, its gradient and its state.</param>
    /// <param name="group">The group it belongs to.</param>
    /// <param name="learningRate">The learning rate of the group in this step.</param>
    protected abstract void Update(ParameterUpdate update, ParameterGroup group, double learningRate);

    /// <summary>All parameters of a group; override where they are faster together. Default: one after the other, so that temporaries of one exist at a time.</summary>
    private protected virtual void Update(ParameterGroup group, IReadOnlyList<ParameterUpdate> updates, double learningRate, float gradientScale)
    {
        foreach (var update in updates)
        {
            using var scope = NewDisposeScope();
            if (gradientScale != 1) update.Gradient.mul_(gradientScale);
            Update(update, group, learningRate);
        }
    }

    /// <summary>Frees the state; the parameters belong to the model.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var state in _states.Values)
            state.Clear();
        GC.SuppressFinalize(this);
    }
}
