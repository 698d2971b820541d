using Pages.Extensions;
using PeftSharp.Models;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Docs.Examples;

/// <summary>A family outside the library declares the role of its head.</summary>
public sealed class OwnFamilyAdapterTests
{
    [Fact]
    public void The_head_that_a_family_states_is_trained_whole_beside_an_adapter_for_a_classification_task()
    {
        using var scope = NewDisposeScope();
        ModelFamilies.Register(NotesFamily.Instance);
        var config = new NotesConfig
        {
            VocabSize = 20, HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 16,
            PoolWidth = 8,
        };
        using var peft = AutoModelForSequenceClassification.FromConfig(config)
            .GetPeftModel(new LoraConfig { TaskType = TaskType.SeqCls, R = 2 });
        var trained = peft.named_parameters().Where(pair => pair.parameter.requires_grad).Select(pair => pair.name).ToArray();
        trained.Should().Contain(
        [
            "base_model.model.pool.modules_to_save.default.weight", "base_model.model.verdict.modules_to_save.default.weight",
        ]);
        trained.Should().OnlyContain(
            name => name.Contains("lora_", StringComparison.Ordinal) || name.Contains("modules_to_save", StringComparison.Ordinal));
    }
}
