using System.Globalization;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The type of a column of class ids (int64) with class names (Python's <c>datasets.ClassLabel</c>).</summary>
public sealed record ClassLabel : Feature
{
    /// <summary>The class id of rows without a label, as in the test sets of GLUE.</summary>
    internal const long Unlabeled = -1;

    /// <summary>Creates a type with the given class names. The ids are 0, 1, 2 and so on, in the order of the names.</summary>
    /// <exception cref="ArgumentException">There are no names, or a name occurs twice.</exception>
    public ClassLabel(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0)
            throw new ArgumentException("The list of class names is empty. Pass at least one name.", nameof(names));
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } duplicate)
            throw new ArgumentException(
                $"The class name '{duplicate.Key}' occurs {duplicate.Count()} times. Class names must be unique.", nameof(names));
        Names = [.. names];
    }

    /// <summary>The class names by class id.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of classes.</summary>
    public int NumClasses => Names.Count;

    /// <summary>Returns the name of a class id (<c>int2str</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public string Int2Str(long label) => label >= 0 && label < Names.Count
        ? Names[(int)label]
        : throw new ArgumentOutOfRangeException(nameof(label), label, $"There is no class {label}. The type has "
            + $"{Quantity.Of(Names.Count, "class")}, and the class ids start at 0.");

    /// <summary>Returns the id of a class name (<c>str2int</c>).</summary>
    /// <remarks>
    /// If no class has this name, leading and trailing white space is removed. If no class has the trimmed name, the text is parsed as a
    /// class id. For "-1", the result is -1, which means that there is no label. Python's <c>datasets</c> has the same behavior.
    /// </remarks>
    /// <exception cref="ArgumentException">There is no such class; the message lists the class names.</exception>
    public long Str2Int(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (IndexOf(name) is >= 0 and var known)
            return known;
        if (IndexOf(name.Trim()) is >= 0 and var trimmed)
            return trimmed;
        if (long.TryParse(name, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= Unlabeled
            && number < NumClasses)
            return number;
        throw new ArgumentException($"There is no class named '{name}'. Classes: {NameList.Of(Names)}.", nameof(name));
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < Names.Count; i++)
            if (Names[i] == name)
                return i;
        return -1;
    }

    /// <summary>Returns whether the other type has the same class names in the same order.</summary>
    public bool Equals(ClassLabel? other) => other is not null && Names.SequenceEqual(other.Names);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Names.Count, Names[0]);

    /// <inheritdoc/>
    public override string ToString() => $"ClassLabel({string.Join(", ", Names)})";
}
