using System.Collections.Concurrent;

namespace PeftSharp.Data;

/// <summary>An enum as a class label: its members by ascending value, numbered from 0.</summary>
internal sealed class EnumClasses
{
    private static readonly ConcurrentDictionary<Type, EnumClasses> Known = new();
    private readonly Dictionary<Enum, long> _numbers = [];

    private EnumClasses(Type type)
    {
        var members = Enum.GetValues(type).Cast<Enum>().Distinct().OrderBy(value => Convert.ToDecimal(value, null)).ToArray();
        if (members.Length == 0)
            throw new DatasetException($"The enum {type.Name} has no members, so its values cannot be class labels.");
        Label = new ClassLabel([.. members.Select(member => member.ToString())]);
        for (var i = 0; i < members.Length; i++)
            _numbers.Add(members[i], i);
    }

    internal ClassLabel Label { get; }

    internal static EnumClasses Of(Type type) => Known.GetOrAdd(type, static type => new EnumClasses(type));

    /// <exception cref="DatasetException">The value has no name of its own, such as a combination of flags.</exception>
    internal long NumberOf(Enum value) => _numbers.TryGetValue(value, out var number)
        ? number
        : throw new DatasetException($"The value {value} of the enum {value.GetType().Name} is not one of its members ({string.Join(", ", Label.Names)}), so it is not a class. Convert it to a number or a string.");
}
