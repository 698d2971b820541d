using PeftSharp.Serialization;
using PeftSharp.Tuners;

namespace PeftSharp.Tests.Tuners;

public sealed class Ia3Tests : TunerTests<Ia3Config>
{
    protected override Ia3Config Config => new();

    public static TheoryData<Ia3Config> OtherTargets =>
    [
        new Ia3Config { TargetModules = TargetModules.AllLinear },
        new Ia3Config { TargetModules = ["c_attn"] },
        new Ia3Config { TargetModules = ["c_attn", "c_proj"] },
        new Ia3Config { TargetModules = ".*c_attn" },
        new Ia3Config { TargetModules = ["c_attn", "c_proj"], ExcludeModules = ["h.0.mlp.c_proj"] },
        new Ia3Config { FeedforwardModules = ["c_proj"] },
        new Ia3Config { FeedforwardModules = ".*c_proj" },
        new Ia3Config { FeedforwardModules = [] },
    ];

    [Theory, MemberData(nameof(OtherTargets))]
    public void An_adapter_on_other_targets_loads_again_and_names_its_feed_forward_layers_among_its_targets_as_peft_requires(
        Ia3Config config)
    {
        using var folder = new TemporaryFolder();
        using var peft = TinyModels.Gpt2().GetPeftModel(config);
        TinyModels.Disturb(peft);
        peft.SavePretrained(folder.Path);
        var saved = (Ia3Config)peft.PeftConfigs["default"];
        if (saved is { TargetModules.Pattern: null, FeedforwardModules.Pattern: null })
            saved.FeedforwardModules.Should().BeSubsetOf(saved.TargetModules);
        using var loaded = PeftModel.FromPretrained(TinyModels.Gpt2(), folder.Path, strict: true);
        TinyModels.AssertSame(TinyModels.Logits(peft), TinyModels.Logits(loaded));
        Assert.Equal(saved.FeedforwardModules, ((Ia3Config)loaded.PeftConfigs["default"]).FeedforwardModules);
    }

    [Fact]
    public void A_file_of_peft_for_all_linear_layers_names_feed_forward_layers_by_the_ends_of_their_names()
    {
        using var folder = new TemporaryFolder();
        using var peft = TinyModels.Gpt2().GetPeftModel(new Ia3Config { TargetModules = TargetModules.AllLinear });
        TinyModels.Disturb(peft);
        peft.SavePretrained(folder.Path);
        foreach (var name in new[] { "mlp.c_proj", "lp.c_proj" })        // peft compares the ends of paths, also within a word
        {
            var json = JsonFile.Read(folder.File("adapter_config.json"));
            json["feedforward_modules"] = new System.Text.Json.Nodes.JsonArray(name);
            JsonFile.Write(folder.File("adapter_config.json"), json);
            using var loaded = PeftModel.FromPretrained(TinyModels.Gpt2(), folder.Path);
            TinyModels.AssertSame(TinyModels.Logits(peft), TinyModels.Logits(loaded));
        }
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void A_feed_forward_layer_that_matches_no_target_is_named(bool isPattern)
    {
        var config = new Ia3Config { TargetModules = ".*(c_attn|mlp.c_proj)", FeedforwardModules = isPattern ? ".*c_prj" : ["c_prj"] };
        FluentActions.Invoking(() => TinyModels.Gpt2().GetPeftModel(config))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll("FeedforwardModules", "c_prj'");
        using var peft = TinyModels.Gpt2().GetPeftModel(config with { IgnoreUnmatched = true });
    }
}
