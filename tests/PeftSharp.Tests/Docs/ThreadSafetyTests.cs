using System.Reflection;
using System.Xml.Linq;
using PeftSharp.MLTokenizers;
using PeftSharp.Modeling;
using PeftSharp.Vision;

namespace PeftSharp.Tests.Docs;

/// <summary>Every public class and interface with behavior says in its remarks whether several threads can use it.</summary>
public sealed class ThreadSafetyTests
{
    private static readonly string[] _beginnings = ["Thread safety: ", "Not thread-safe: "];

    private static readonly Assembly[] _assemblies =
        [typeof(PretrainedModel).Assembly, typeof(MLTokenizer).Assembly, typeof(RgbImage).Assembly];

    private static IEnumerable<Type> MustSay => _assemblies.SelectMany(assembly => assembly.GetExportedTypes())
        .Where(type => !type.IsNested && !type.IsEnum && !type.IsValueType && !IsRecord(type)
            && !typeof(Exception).IsAssignableFrom(type) && !typeof(Delegate).IsAssignableFrom(type)
            && (!IsStatic(type) || HoldsState(type)));

    [Fact]
    public void Every_public_class_says_whether_several_threads_can_use_it()
    {
        var remarks = _assemblies
            .SelectMany(assembly => XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member"))
            .Where(member => member.Element("remarks") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("remarks")!.Value);
        var silent = MustSay.Where(type => !_beginnings.Any(remarks.GetValueOrDefault("T:" + type.FullName, "").Contains))
            .Select(type => type.FullName).Order(StringComparer.Ordinal).ToArray();
        Assert.True(silent.Length == 0, "These classes do not say in their remarks, with 'Thread safety: …' or 'Not thread-safe: …', "
            + $"whether several threads can use them: {string.Join(", ", silent)}.");
    }

    [Fact]
    public void The_rule_holds_for_models_trainers_and_static_classes_with_state_and_not_for_options_and_functions()
    {
        var names = MustSay.Select(type => type.Name).ToArray();
        string[] mustSay =
        [
            "PretrainedModel", "PeftModel", "Trainer", "Tokenizer", "Dataset", "IDataCollator", "FastPaths", "ModelFamilies",
            "TopKLogitsWarper",
        ];
        names.Should().Contain(mustSay);
        string[] exempt = ["LoraConfig", "TrainingArguments", "CheckpointException", "ClassificationMetrics", "SchedulerType", "Padding"];
        names.Should().NotContain(exempt);
    }

    private static bool IsStatic(Type type) => type.IsAbstract && type.IsSealed;

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private static bool HoldsState(Type type) => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        .Any(field => !field.IsLiteral && (!field.IsInitOnly || field.FieldType == typeof(Lock)))
        || type.GetProperties().Any(property => property.CanWrite);
}
