namespace PeftSharp.Tests.Architecture;

/// <summary>A type may refer to types of its own folder and of lower layers.</summary>
public sealed class FloorsTests
{
    [Fact]
    public void No_type_names_a_type_of_a_higher_floor_or_of_an_unrelated_folder()
    {
        var violations = Violations(typeof(PeftSharpException).Assembly.Location);
        string.Join(Environment.NewLine, violations).Should().BeEmpty();
    }

    [Fact]
    public void Every_planted_violation_is_found_and_names_both_types_and_the_remedy()
    {
        var seen = Violations(typeof(FloorsTests).Assembly.Location);
        foreach (var name in typeof(FloorsTests).Assembly.GetTypes()
                     .Where(type => type is { Namespace: "PeftSharp.Data", DeclaringType: null }
                         && type.Name != nameof(PeftSharp.Data.PlantedNothing))
                     .Select(type => type.FullName!))
        {
            var message = seen.Should().ContainSingle(message => message.StartsWith(name + " ", StringComparison.Ordinal)).Which;
            message.Should().Contain(name.EndsWith("Tensor", StringComparison.Ordinal) ? "TorchSharp.torch" : "PeftSharp.Training.");
        }
        seen.Should().Contain(
            message => message.Contains("Elm.PlantedElm names PeftSharp.Models.Oak.PlantedOak", StringComparison.Ordinal));
        seen.Should().NotContain(message => message.Contains(nameof(PeftSharp.Data.PlantedNothing), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PeftSharp.Training.A", "PeftSharp.Modeling.B", true)]
    [InlineData("PeftSharp.Training.A", "PeftSharp.Training.B", true)]
    [InlineData("PeftSharp.Training.A", "PeftSharp.Generation.B", false)]
    [InlineData("PeftSharp.Models.Bert.A", "PeftSharp.Tuners.B", false)]
    [InlineData("PeftSharp.Models.Bert.A", "PeftSharp.Models.Gpt2.B", false)]
    [InlineData("PeftSharp.Models.Bert.A", "PeftSharp.Models.B", true)]
    [InlineData("PeftSharp.Models.A", "PeftSharp.Models.Bert.B", true)]
    [InlineData("PeftSharp.Modeling.Layers.A", "PeftSharp.Modeling.B", true)]
    [InlineData("PeftSharp.Modeling.A", "PeftSharp.Optimization.B", false)]
    [InlineData("PeftSharp.Modeling.A", "PeftSharp.Generation.GenerationConfig", true)]
    [InlineData("PeftSharp.Generation.GenerationConfig", "PeftSharp.Generation.B", false)]
    [InlineData("PeftSharp.Kernels.A", "PeftSharp.Serialization.B", false)]
    [InlineData("PeftSharp.Metrics.A", "TorchSharp.torch", false)]
    [InlineData("PeftSharp.Kernels.A", "PeftSharp.Native.B", true)]
    [InlineData("PeftSharp.Native.A", "PeftSharp.Kernels.B", false)]
    [InlineData("PeftSharp.Native.A", "PeftSharp.Internal.B", true)]
    [InlineData("PeftSharp.Kernels.A", "TorchSharp.torch", true)]
    [InlineData("PeftSharp.Native.A", "TorchSharp.torch", true)]
    [InlineData("PeftSharp.Hub.A", "PeftSharp.Internal.B", true)]
    [InlineData("PeftSharp.Internal.A", "PeftSharp.Hub.B", false)]
    [InlineData("PeftSharp.Data.A", "PeftSharp.DatasetException", true)]
    [InlineData("PeftSharp.Attic.A", "PeftSharp.Modeling.B", false)]
    [InlineData("PeftSharp.Metrics.A", "System.Math", true)]
    public void Floors_decide_which_types_may_be_named(string from, string to, bool allowed) =>
        Assert.Equal(allowed, Floors.Violation(from, to) is null);

    private static string[] Violations(string assembly) =>
        [.. TypeReferences.Of(assembly).Select(pair => Floors.Violation(pair.From, pair.To)).OfType<string>()
            .Order(StringComparer.Ordinal)];
}
