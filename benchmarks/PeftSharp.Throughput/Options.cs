using System.Globalization;
using System.Text.Json.Nodes;

namespace PeftSharp.Throughput;

/// <summary>
/// Command-line options, with the same names as in the Python scripts. A value is a word or an integer. The printed result contains the
/// options.
/// </summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);
    private readonly JsonObject _read = [];

    internal static Options Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length)
                throw new ArgumentException($"'{args[i]}' is not followed by a value. Options are --name value.");
            options._given[args[i][2..]] = args[i + 1];
        }
        return options;
    }

    internal string Word(string name, params string[] allowed)
    {
        var value = _given.Remove(name, out var given) ? given : allowed[0];
        if (!allowed.Contains(value)) throw new ArgumentException($"--{name} {value}: choose one of {string.Join(", ", allowed)}.");
        _read[name] = value;
        return value;
    }

    internal string Text(string name)
    {
        if (!_given.Remove(name, out var value)) throw new ArgumentException($"--{name} is missing.");
        _read[name] = value;
        return value;
    }

    internal int Number(string name, int otherwise)
    {
        var value = _given.Remove(name, out var given) ? int.Parse(given, CultureInfo.InvariantCulture) : otherwise;
        _read[name] = value;
        return value;
    }

    /// <summary>The options that were read, to which results are added.</summary>
    /// <exception cref="ArgumentException">The command line contains an option that the command does not have.</exception>
    internal JsonObject Read() =>
        _given.Count == 0 ? _read : throw new ArgumentException($"--{_given.Keys.First()} is not an option of this command.");
}
