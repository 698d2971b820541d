using PeftSharp.Tuners;

namespace PeftSharp.Tests.Tuners;

public sealed class PeftConfigFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_saved_configuration_is_read_back_as_the_record_of_its_method()
    {
        var folder = _folder.File("adapter");
        var config = new LoraConfig
        {
            R = 4, LoraAlpha = 12, TargetModules = ["query"], BaseModelNameOrPath = "models/base", TaskType = TaskType.SeqCls,
        };
        config.SavePretrained(folder);
        var read = PeftConfig.FromPretrained(folder).Should().BeOfType<LoraConfig>().Subject;
        read.Should().BeEquivalentTo(config, options => options.Excluding(field => field.AdditionalFields));
    }

    [Fact]
    public void The_configuration_of_a_saved_adapter_names_its_base_model()
    {
        using var model = TinyModels.Bert().GetPeftModel(new Ia3Config { BaseModelNameOrPath = "models/base", TaskType = TaskType.SeqCls });
        model.SavePretrained(_folder.Path);
        var read = PeftConfig.FromPretrained(_folder.Path);
        (read.PeftType, read.BaseModelNameOrPath, read.InferenceMode).Should().Be(("IA3", "models/base", true));
    }

    [Fact]
    public void A_folder_without_an_adapter_is_named()
    {
        FluentActions.Invoking(() => PeftConfig.FromPretrained(_folder.File("none"))).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain(_folder.File("none"));
    }
}
