using PeftSharp.Tuners;

namespace PeftSharp.Tests.Tuners;

/// <summary>Targets are matched by the names of modules.</summary>
public sealed class TargetMatcherTests
{
    private static readonly string[] _paths =
    [
        "embed", "layers", "layers.0", "layers.0.q_proj", "layers.0.mlp", "layers.0.mlp.up", "layers.1", "layers.1.q_proj", "layers.1.mlp",
        "layers.1.mlp.up", "other.1.q_proj", "q_projector", "head",
    ];

    public static TheoryData<LoraConfig, string[]> Cases => new()
    {
        { new LoraConfig { TargetModules = ["q_proj"] }, ["layers.0.q_proj", "layers.1.q_proj", "other.1.q_proj"] },
        { new LoraConfig { TargetModules = ["mlp.up", "head"] }, ["layers.0.mlp.up", "layers.1.mlp.up", "head"] },
        { new LoraConfig { TargetModules = ["layers.1.q_proj"] }, ["layers.1.q_proj"] },
        { new LoraConfig { TargetModules = @"layers\.\d\.q_proj" }, ["layers.0.q_proj", "layers.1.q_proj"] },
        { new LoraConfig { TargetModules = @"(?P<list>layers|other)\.1\..*" },
            ["layers.1.q_proj", "layers.1.mlp", "layers.1.mlp.up", "other.1.q_proj"] },
        { new LoraConfig { TargetModules = ["q_proj"], ExcludeModules = ["other.1.q_proj"] }, ["layers.0.q_proj", "layers.1.q_proj"] },
        { new LoraConfig { TargetModules = ["q_proj"], ExcludeModules = @".*\.1\..*" }, ["layers.0.q_proj"] },
        { new LoraConfig { TargetModules = ["q_proj"], LayersToTransform = [1] }, ["layers.1.q_proj", "other.1.q_proj"] },
        { new LoraConfig { TargetModules = ["q_proj"], LayersToTransform = [1], LayersPattern = ["layers"] }, ["layers.1.q_proj"] },
        { new LoraConfig { TargetModules = ["up", "head"], ModulesToSave = ["head", "layers.0"] }, ["layers.1.mlp.up"] },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Targets_are_found_in_the_order_of_the_model(LoraConfig config, string[] expected) =>
        new TargetMatcher(config, config.TargetModules!, defaults: []).Match(_paths, _paths).Should().Equal(expected);

    [Theory]
    [InlineData("q_proj", "layers.0.q_proj", true)]
    [InlineData("0.q_proj", "layers.0.q_proj", true)]
    [InlineData(@"\d.q_proj", "layers.0.q_proj", true)]
    [InlineData("proj", "layers.0.q_proj", false)]
    [InlineData("layers.0", "layers.0.q_proj", false)]
    public void A_pattern_of_a_layer_matches_its_whole_name_or_the_end_after_a_dot(string pattern, string path, bool expected) =>
        Assert.Equal(expected, TargetMatcher.EndMatches(pattern, path));

    [Fact, Trait("Category", "Slow")]
    public void An_expression_that_tries_very_many_combinations_is_refused_with_the_module()
    {
        var path = new string('a', 60) + "!";
        FluentActions.Invoking(() => TargetMatcher.EndMatches(@"(?:(a)|(aa)|\2|\1)+$", path)).Should().Throw<ArgumentException>()
            .WithMessage($"*needs more than 5 seconds for the module '{path}'*Simplify it*");
    }
}
