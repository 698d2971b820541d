using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>Base class of optimizers, which update parameters from their gradients.</summary>
/// <remarks>
/// <para>
/// Create an optimizer after the model has its adapters, device and precision: moving a model replaces its parameters. The state is stored
/// by parameter name. A step retains no tensors other than the state. A derived class defines its state (<see cref="GetStateSlots"/>) and
/// its formula (<see cref="Update(ParameterUpdate, ParameterGroup, double)"/>).
/// </para>
/// <para>
/// Not thread-safe: a step changes the parameters and the state. Use an instance from one thread at a time, while no other thread calls the
/// model.
/// </para>
/// </remarks>
public abstract class Optimizer : IDisposable
{
    private readonly Dictionary<string, ParameterState> _states = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Creates an optimizer of the parameters in the groups.</summary>
    /// <param name="groups">The parameters to train, in groups with common settings.</param>
    /// <exception cref="ArgumentException">
    /// There are no parameters, a name or a parameter occurs twice, or a parameter is frozen.
    /// </exception>
    protected Optimizer(IEnumerable<ParameterGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        Groups = [.. groups];
        var seen = new Dictionary<IntPtr, string>();
        foreach (var (name, parameter) in Parameters)
        {
            if (!parameter.requires_grad)
                throw new ArgumentException(
                    $"The parameter '{name}' is frozen (requires_grad is false). "
                    + "Remove it from the groups, or set requires_grad.", nameof(groups));
            if (!_states.TryAdd(name, new ParameterState()))
                throw new ArgumentException(
                    $"Two parameters are named '{name}'. "
                    + "Names must be unique, because they identify the optimizer state.", nameof(groups));
            if (!seen.TryAdd(parameter.Handle, name))
                throw new ArgumentException(
                    $"'{name}' and '{seen[parameter.Handle]}' are the same parameter, which would be updated twice per step. "
                    + "Remove one of them.", nameof(groups));
        }
        if (_states.Count == 0)
            throw new ArgumentException(
                "There are no parameters to train. Pass at least one parameter with requires_grad.", nameof(groups));
    }

    /// <summary>The groups of parameters, in order.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>The parameters of all groups, in order.</summary>
    public IEnumerable<NamedParameter> Parameters => Groups.SelectMany(group => group.Parameters);

    /// <summary>Performs an optimizer step: updates every parameter that has a gradient.</summary>
    /// <param name="learningRate">
    /// The learning rate of this step, for example from a schedule. The learning rate is multiplied by the scale of each group.
    /// </param>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public void Step(double learningRate) => Step(learningRate, gradientScale: 1);

    /// <summary>
    /// Performs a step with gradients that are multiplied by <paramref name="gradientScale"/>. Whether the gradients themselves are scaled
    /// afterwards is unspecified.
    /// </summary>
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
                    foreach (var slot in GetStateSlots(parameter))
                        state.Set(slot.Name, full([.. slot.Shape], slot.InitialValue, slot.Type, parameter.device));
                updates.Add(new(parameter, gradient, state));
            }
            Update(group, updates, learningRate * group.LearningRateScale, gradientScale);
        }
    }

    /// <summary>
    /// The settings with the names and values that they have in the <c>param_groups</c> of Python's optimizer: numbers, Booleans, null for
    /// None and arrays for tuples. An optimizer of another library has none.
    /// </summary>
    internal virtual IReadOnlyDictionary<string, object?> PythonSettings { get; } = new Dictionary<string, object?>();

    /// <summary>Describes the tensors of the state of a parameter.</summary>
    internal IReadOnlyList<StateSlot> SlotsOf(Tensor parameter) => GetStateSlots(parameter);

    /// <summary>Removes the gradients of all parameters, which frees their memory.</summary>
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
    /// Returns the state by name: for each parameter <c>step.NAME</c> (int64 scalar) and, after its first step, <c>SLOT.NAME</c>, such as
    /// <c>exp_avg.encoder.weight</c>. The tensors belong to the caller's dispose scope but share memory with the optimizer: save them
    /// before the next step.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public IReadOnlyDictionary<string, Tensor> GetStateTensors()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, parameter) in Parameters)
        {
            var state = _states[name];
            tensors[OptimizerState.StepKey(name)] = tensor(state.Step, ScalarType.Int64);
            if (state.Step > 0)
                foreach (var slot in GetStateSlots(parameter))
                    tensors[OptimizerState.Key(slot.Name, name)] = state[slot.Name].alias();
        }
        return tensors;
    }

    /// <summary>Loads a saved state; the tensors are copied. If an exception is thrown, nothing is changed.</summary>
    /// <param name="tensors">
    /// The result of <see cref="GetStateTensors"/> of an optimizer of the same type, for parameters of the same names and shapes.
    /// </param>
    /// <exception cref="CheckpointException">
    /// A tensor is missing, unknown, or has another shape or dtype; the message contains its name.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ObjectDisposedException.ThrowIf(_disposed, this);
        OptimizerState.Check(TypeName.Of(this), Parameters, GetStateSlots, tensors);
        foreach (var (name, parameter) in Parameters)
        {
            using var scope = NewDisposeScope();
            var state = _states[name];
            state.Clear();
            state.Step = tensors[OptimizerState.StepKey(name)].cpu().item<long>();
            if (state.Step > 0)
                foreach (var slot in GetStateSlots(parameter))
                    state.Set(slot.Name, tensors[OptimizerState.Key(slot.Name, name)].detach().to(parameter.device).clone());
        }
    }

    /// <summary>Returns the tensors of the state of a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    protected abstract IReadOnlyList<StateSlot> GetStateSlots(Tensor parameter);

    /// <summary>Updates one parameter. Called without gradient tracking, in a separate dispose scope.</summary>
    /// <param name="update">The parameter, its gradient and its state.</param>
    /// <param name="group">The group of the parameter.</param>
    /// <param name="learningRate">The learning rate of the group in this step.</param>
    protected abstract void Update(ParameterUpdate update, ParameterGroup group, double learningRate);

    /// <summary>
    /// Updates all parameters of a group. Override it if a joint update is faster. By default, parameters are updated one by one, which
    /// limits the memory of temporary tensors.
    /// </summary>
    private protected virtual void Update(
        ParameterGroup group, IReadOnlyList<ParameterUpdate> updates, double learningRate, float gradientScale)
    {
        foreach (var update in updates)
        {
            using var scope = NewDisposeScope();
            if (gradientScale != 1) update.Gradient.mul_(gradientScale);
            Update(update, group, learningRate);
        }
    }

    /// <summary>Disposes the state. The parameters are not disposed: they belong to the model.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes the state. Override it to dispose other resources of a derived class, and call the base method.</summary>
    /// <param name="disposing">Always true: there is no finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var state in _states.Values)
            state.Clear();
    }
}
