using System.Runtime.CompilerServices;
using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>The state of one rendering: the variables, the output, and the limits that stop a template that does not end.</summary>
internal sealed class JinjaRun
{
    private const long BaseSize = 1 << 24, BaseWork = 1 << 26;
    private const int StepCost = 16, MaxCalls = 200;

    [ThreadStatic] private static JinjaRun? _current;

    private readonly IReadOnlyDictionary<string, object?> _variables;
    private readonly Stack<StringBuilder> _captured = new();
    private readonly long _maxSize, _maxWork;
    private long _work;
    private int _calls;

    /// <param name="variables">The variables of the template.</param>
    /// <param name="tracksGeneration">Whether to record the output of the tags <c>generation</c>.</param>
    /// <param name="now">The time for <c>strftime_now</c>.</param>
    internal JinjaRun(IReadOnlyDictionary<string, object?> variables, bool tracksGeneration, DateTime now)
    {
        (_variables, Now) = (variables, now);
        Generated = tracksGeneration ? [] : null;
        // The limits grow with the size of the variables, so that a long conversation does not exceed them.
        var size = variables.Values.Sum(Size);
        (_maxSize, _maxWork) = (BaseSize + 4 * size, BaseWork + 256 * size);
    }

    internal StringBuilder Output { get; private set; } = new();

    internal DateTime Now { get; }

    /// <summary>The position in the template of the expression that is evaluated.</summary>
    internal int Position { get; set; }

    /// <summary>The ranges of the output that the tags <c>generation</c> enclose; null if they are not recorded.</summary>
    internal List<(int Start, int End)>? Generated { get; }

    /// <summary>Whether a macro or a block captures the output, so that its position in the result is unknown.</summary>
    internal bool IsCaptured => _captured.Count > 0;

    /// <summary>Returns a variable or global function; <see cref="JinjaFrame.Missing"/> if there is none.</summary>
    internal object? Resolve(string name) => _variables.TryGetValue(name, out var value) ? value
        : JinjaGlobals.All.TryGetValue(name, out var function) ? function
        : JinjaFrame.Missing;

    /// <summary>Counts a step and sets the position for error messages.</summary>
    internal void At(int position)
    {
        Position = position;
        Charge(StepCost);
    }

    internal void Write(string text)
    {
        Allocate(text.Length);
        RequireSize((long)Output.Length + text.Length);
        Output.Append(text);
    }

    /// <summary>Redirects the output until <see cref="EndCapture"/>.</summary>
    internal void BeginCapture()
    {
        _captured.Push(Output);
        Output = new StringBuilder();
    }

    internal string EndCapture()
    {
        var text = Output.ToString();
        Output = _captured.Pop();
        return text;
    }

    /// <exception cref="JinjaFault">Too many calls are nested.</exception>
    internal void EnterCall()
    {
        RequireStack();
        if (++_calls > MaxCalls)
            throw JinjaFault.Limit($"Macros or recursive loops are nested more than {MaxCalls} deep.");
    }

    internal void LeaveCall() => _calls--;

    /// <summary>Adds the size of a new value to the total that the limit restricts.</summary>
    internal void Allocate(long size)
    {
        RequireSize(size);
        Charge(size);
    }

    /// <exception cref="JinjaFault">The value is too large.</exception>
    internal void RequireSize(long size)
    {
        if (size > _maxSize)
            throw JinjaFault.Limit($"The template creates a value with {size} characters or elements. The limit is {_maxSize}.");
    }

    /// <exception cref="JinjaFault">The template exceeds the limit of computation.</exception>
    internal void Charge(long work)
    {
        _work += work;
        if (_work > _maxWork)
            throw JinjaFault.Limit("The template exceeds the limit of computation. It may contain a loop that does not end.");
    }

    /// <summary>Executes a template. Operations on values that it contains are counted for this rendering.</summary>
    internal void Execute(JinjaStatement body, JinjaScope scope)
    {
        var outer = _current;
        _current = this;
        try
        {
            body(scope.Enter(this, parent: null));
        }
        finally
        {
            _current = outer;
        }
    }

    /// <summary>Counts a level of nesting in the current rendering.</summary>
    /// <exception cref="JinjaFault">There is not enough stack for another level.</exception>
    internal static void RequireStack()
    {
        _current?.Charge(StepCost);
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw JinjaFault.Limit("Values or calls are nested too deeply.");
    }

    /// <summary>Counts a search in a text in the current rendering.</summary>
    internal static void Scan(int length) => _current?.Charge(length / 16 + 1);

    /// <summary>Counts a pass over the characters of a text in the current rendering.</summary>
    internal static void Walk(int length) => _current?.Charge(length);

    private static long Size(object? value)
    {
        RequireStack();
        return value switch
        {
            string text => text.Length,
            List<object?> list => list.Sum(Size) + list.Count,
            JinjaDict dict => dict.Items.Sum(item => Size(item.Key) + Size(item.Value)),
            _ => 1,
        };
    }
}
