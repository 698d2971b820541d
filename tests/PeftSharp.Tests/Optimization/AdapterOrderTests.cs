using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Optimization;
using PeftSharp.Tuners;

namespace PeftSharp.Tests.Optimization;

/// <summary>
/// The trainable parameters of adapters, compared with the recorded order of transformers' trainer (tests/fixtures/optimization): Python's
/// optimizer state identifies a parameter by its position in this order.
/// </summary>
public sealed class AdapterOrderTests
{
    public static TheoryData<string> Cases => [.. Recorded().Select(item => (string)item["name"]!)];

    [Theory, MemberData(nameof(Cases))]
    public void The_parameters_of_an_adapter_are_in_the_order_of_peft(string name)
    {
        var item = Recorded().Single(item => (string)item["name"]! == name);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("adapter_config.json"), item["adapter"]!.ToJsonString());
        var family = ModelFamilies.Get((string)item["config"]!["model_type"]!);
        var config = family.ReadConfig((JsonObject)item["config"]!.DeepClone());
        using var model = family.Builders[new ModelTask((string)item["task"]!)](config)
            .GetPeftModel(PeftConfig.FromPretrained(folder.Path) with { InferenceMode = false });
        var groups = ParameterGroups.Create(model, weightDecay: 0.1);
        var (decays, exempt) = (Names(item["decays"]!), Names(item["exempt"]!));
        groups.Should().HaveCount(exempt.Length == 0 ? 1 : 2);
        groups[0].Parameters.Select(parameter => parameter.Name).Should().Equal(decays);
        if (exempt.Length > 0) groups[1].Parameters.Select(parameter => parameter.Name).Should().Equal(exempt);
    }

    private static string[] Names(JsonNode list) => [.. list.AsArray().Select(name => (string)name!)];

    private static JsonObject[] Recorded() =>
        [.. JsonNode.Parse(
            File.ReadAllText(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "optimization", "adapter-order.json")))!.AsArray()
            .Select(item => (JsonObject)item!)];
}
