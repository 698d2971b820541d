using System.Collections.Concurrent;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Converts an enum to a <see cref="ClassLabel"/>: the class ids are assigned from 0 in ascending order of the values.</summary>
internal sealed class EnumClasses
{
    private static readonly ConcurrentDictionary<Type, EnumClasses> Cache = new();
    private readonly Dictionary<Enum, long> _classIds = [];

    private EnumClasses(Type type)
    {
        var members = Enum.GetValues(type).Cast<Enum>().Distinct().OrderBy(value => Convert.ToDecimal(value, null)).ToArray();
        if (members.Length == 0)
            throw new DatasetException($"The enum {TypeName.Of(type)} has no members, so its values cannot be converted to class ids.");
        Label = new ClassLabel([.. members.Select(member => member.ToString())]);
        for (var i = 0; i < members.Length; i++)
            _classIds.Add(members[i], i);
    }

    internal ClassLabel Label { get; }

    internal static EnumClasses Of(Type type) => Cache.GetOrAdd(type, static type => new EnumClasses(type));

    /// <exception cref="DatasetException">The value is not a member of the enum, such as a combination of flags.</exception>
    internal long ClassIdOf(Enum value) => _classIds.TryGetValue(value, out var number)
        ? number
        : throw new DatasetException($"The value {value} is not a member of the enum {TypeName.Of(value)} "
            + $"({string.Join(", ", Label.Names)}), so it cannot be converted to a class id. Convert it to a number or a string.");
}
