using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Optimization;
using PeftSharp.Tuners;

namespace PeftSharp.Tests.Optimization;

/// <summary>
/// Which parameters of each family decay, compared with the recorded answer of transformers' trainer (tests/fixtures/optimization).
/// </summary>
public sealed class DecayingParametersTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var item in Recorded()) cases.Add((string)item["config"]!["model_type"]!, (string)item["task"]!);
            return cases;
        }
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void Of_each_family_the_same_parameters_decay_as_in_transformers(string modelType, string task)
    {
        var item = Case(modelType, task);
        using var model = Model(modelType, task);
        var names = model.named_parameters().Select(pair => pair.name).ToArray();
        names.Should().NotBeEmpty();
        var (decays, exempt) = (OwnNames(item, "decays", model, names).ToArray(), OwnNames(item, "exempt", model, names).ToArray());
        names.Except([.. decays, .. exempt]).Should().BeEmpty();
        ParameterGroups.GetDecayParameterNames(model).Order().Should().Equal(names.Intersect(decays).Order());
    }

    /// <summary>Python's optimizer state identifies a parameter by its position in this order.</summary>
    [SkippableTheory, MemberData(nameof(Cases))]
    public void Of_each_family_the_parameters_are_in_the_order_of_transformers(string modelType, string task)
    {
        var item = Case(modelType, task);
        using var model = Model(modelType, task);
        var groups = ParameterGroups.Create(model, weightDecay: 0.1);
        Order("decays", groups[0]);
        Order("exempt", groups[1]);

        void Order(string name, ParameterGroup group)
        {
            var own = group.Parameters.Select(parameter => parameter.Name).ToArray();
            own.Should().Equal(OwnNames(item, name, model, own));
        }
    }

    [Fact]
    public void Every_family_is_among_the_recorded_ones() =>
        ModelFamilies.ModelTypes.Except(Recorded().Select(item => (string)item["config"]!["model_type"]!)).Except(["tests-custom", "notes"])
            .Should().BeEmpty();

    [Fact]
    public void Of_an_adapter_the_matrices_decay_and_a_norm_inside_a_copy_does_not()
    {
        using var model = PeftSharp.Tests.Tuners.TinyModels.Gpt2()
            .GetPeftModel(new LoraConfig { TaskType = TaskType.CausalLM, R = 2, ModulesToSave = ["ln_f"] });
        var decaying = ParameterGroups.Create(model, 0.1)[0].Parameters.Select(parameter => parameter.Name).ToArray();
        decaying.Should().AllSatisfy(name => name.Should().Contain(".lora_"));
        decaying.Should().HaveCount(4);
    }

    /// <summary>A tiny model of the case; the test is skipped if there is no such model.</summary>
    internal static PretrainedModel Model(string modelType, string task)
    {
        Skip.IfNot(ModelFamilies.ModelTypes.Contains(modelType), $"The model type '{modelType}' is not supported.");
        var family = ModelFamilies.Get(modelType);
        Skip.IfNot(family.Builders.TryGetValue(new ModelTask(task), out var build), $"'{modelType}' has no model for {task}.");
        return build(family.ReadConfig((JsonObject)Case(modelType, task)["config"]!.DeepClone()));
    }

    private static JsonObject Case(string modelType, string task) =>
        Recorded().Single(item => (string)item["config"]!["model_type"]! == modelType && (string)item["task"]! == task);

    /// <summary>
    /// The recorded names. A tied weight is recorded under the name of the module that the Python class declares first.
    /// </summary>
    private static IEnumerable<string> OwnNames(JsonObject item, string group, PretrainedModel model, IReadOnlyList<string> names) =>
        Names(item[group]!).Select(name => names.Contains(name) ? name : model.Family.TiedWeights.GetValueOrDefault(name, name));

    private static IEnumerable<string> Names(JsonNode list) => list.AsArray().Select(name => (string)name!);

    private static JsonObject[] Recorded() =>
        [.. JsonNode.Parse(
            File.ReadAllText(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "optimization", "decay-names.json")))!.AsArray()
            .Select(item => (JsonObject)item!)];
}
