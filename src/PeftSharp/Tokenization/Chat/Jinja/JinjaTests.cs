using System.Globalization;
using System.Numerics;

namespace PeftSharp.Tokenization;

/// <summary>The tests of templates, such as <c>x is defined</c>.</summary>
internal static class JinjaTests
{
    internal delegate bool Test(JinjaRun run, object? value, JinjaArguments arguments);

    private static readonly Dictionary<string, Test> _tests = Create();

    /// <summary>Returns a test; null if it is not supported.</summary>
    internal static Test? Find(string name) => _tests.GetValueOrDefault(name);

    internal static JinjaFault Unknown(string name) => JinjaFault.Unsupported($"The test '{name}' does not exist or is not supported.");

    private static Dictionary<string, Test> Create()
    {
        var tests = new Dictionary<string, Test>(StringComparer.Ordinal);
        void Plain(string name, Func<object?, bool> test) => tests[name] = (_, value, arguments) =>
        {
            arguments.Bind(name);
            return test(value);
        };
        void Comparison(string symbol, params string[] names)
        {
            foreach (var name in names)
                tests[name] = (run, value, arguments) => JinjaOperators.Compare(run, symbol, value, arguments.Bind(name, "other")[0]);
        }
        Plain("defined", value => value is not JinjaUndefined);
        Plain("undefined", value => value is JinjaUndefined);
        Plain("none", value => value is null);
        Plain("boolean", value => value is bool);
        Plain("true", value => value is true);
        Plain("false", value => value is false);
        Plain("integer", value => value is long or BigInteger);
        Plain("float", value => value is double);
        Plain("number", JinjaNumbers.Is);
        Plain("string", value => value is string or JinjaSafeText);
        Plain("mapping", value => value is JinjaDict);
        Plain("sequence", value => JinjaTypes.LengthOrNull(value) is not null && value is not (JinjaView or JinjaLoop));
        Plain("iterable", value => value is JinjaLoop || JinjaTypes.TryIterate(value) is not null);
        Plain("callable", value => value is JinjaCallable or JinjaLoop or JinjaUndefined);
        Plain("escaped", value => value is JinjaSafeText);
        Plain("odd", value => Modulo(value, 2L) is 1L or 1.0);
        Plain("even", value => Modulo(value, 2L) is 0L or 0.0);
        Plain("lower", value => HasOnly(value, UnicodeCategory.LowercaseLetter));
        Plain("upper", value => HasOnly(value, UnicodeCategory.UppercaseLetter));
        Plain("filter", value => value is string name && JinjaFilters.Find(name) is not null);
        Plain("test", value => value is string name && _tests.ContainsKey(name));
        Comparison("==", "eq", "equalto", "==");
        Comparison("!=", "ne", "!=");
        Comparison("<", "lt", "lessthan", "<");
        Comparison("<=", "le", "<=");
        Comparison(">", "gt", "greaterthan", ">");
        Comparison(">=", "ge", ">=");
        Comparison("in", "in");
        tests["divisibleby"] = (_, value, arguments) => Modulo(value, arguments.Bind("divisibleby", "num")[0]) is 0L or 0.0;
        tests["sameas"] = (_, value, arguments) => IsSame(value, arguments.Bind("sameas", "other")[0]);
        return tests;
    }

    private static object Modulo(object? value, object? divisor) => value is JinjaUndefined undefined ? throw undefined.Fail()
        : JinjaNumbers.Is(value) && JinjaNumbers.Is(divisor) ? JinjaNumbers.Calculate("%", value!, divisor!)
        : throw new JinjaFault($"A number is expected, but the value has the type {JinjaTypes.Name(value)}.");

    private static bool HasOnly(object? value, UnicodeCategory category) =>
        value is JinjaUndefined ? false : JinjaCasing.HasOnly(JinjaTypes.Text(value), category);

    private static bool IsSame(object? value, object? other) => value is bool or long or string
        ? value.GetType() == other?.GetType() && value.Equals(other)
        : ReferenceEquals(value, other);
}
