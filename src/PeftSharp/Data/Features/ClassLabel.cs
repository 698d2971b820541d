using System.Globalization;

namespace PeftSharp.Data;

/// <summary>A column of class numbers (int64) with the names that they stand for.</summary>
public sealed record ClassLabel : Feature
{
    /// <summary>What stands for a label that is kept secret, as in the test sets of GLUE.</summary>
    internal const long Unlabelled = -1;

    /// <summary>Classes named in order: the first is number 0.</summary>
    /// <exception cref="ArgumentException">A name occurs twice, or there is none.</exception>
    public ClassLabel(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0)
            throw new ArgumentException("A class label needs at least one name.", nameof(names));
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"The class name '{twice.Key}' occurs {twice.Count()} times; each class needs a name of its own.", nameof(names));
        Names = [.. names];
    }

    /// <summary>The names, in the order of their numbers.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>How many classes there are.</summary>
    public int NumClasses => Names.Count;

    /// <summary>The name of class <paramref name="label"/>: <c>int2str</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public string Int2Str(long label) => label >= 0 && label < Names.Count
        ? Names[(int)label]
        : throw new ArgumentOutOfRangeException(nameof(label), label, $"There is no class {label}; the classes are 0 to {Names.Count - 1}.");

    /// <summary>The number of the class called <paramref name="name"/>: <c>str2int</c>.</summary>
    /// <remarks>As in <c>datasets</c>: a name that is not known is tried again without the white space around it, and then as a class number ("1"; "-1" is a label kept secret).</remarks>
    /// <exception cref="ArgumentException">There is no such class; the message lists the names.</exception>
    public long Str2Int(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (IndexOf(name) is >= 0 and var known)
            return known;
        if (IndexOf(name.Trim()) is >= 0 and var trimmed)
            return trimmed;
        if (long.TryParse(name, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= Unlabelled && number < NumClasses)
            return number;
        throw new ArgumentException($"No class is called '{name}'; the names are {string.Join(", ", Names)}.", nameof(name));
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < Names.Count; i++)
            if (Names[i] == name)
                return i;
        return -1;
    }

    /// <summary>Two labels are equal where their names are, in order.</summary>
    public bool Equals(ClassLabel? other) => other is not null && Names.SequenceEqual(other.Names);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Names.Count, Names[0]);

    /// <inheritdoc/>
    public override string ToString() => $"ClassLabel({string.Join(", ", Names)})";
}
