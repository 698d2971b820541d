using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Gpt2;
using PeftSharp.Serialization;
using PeftSharp.Tests.Tuners;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Hub;

/// <summary>Models, tokenizers and adapters by name.</summary>
public sealed class HubLoadingTests : IDisposable
{
    private const string Name = "owner/tiny-gpt2";
    private readonly HubFixture _hub = new();
    private readonly TemporaryFolder _folder = new();

    private static string TinyBert => Path.Combine(ReferenceRoot.Repository, "tests/fixtures/tokenizers/tiny-bert");

    private PretrainedOptions Options => new() { Hub = _hub.Options };

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_is_loaded_by_its_name_and_keeps_the_name()
    {
        using var model = TinyModels.Gpt2();
        var repository = Publish(model, "model.safetensors", "pytorch_model.bin", "tf_model.h5", "README.md");

        using var loaded = AutoModelForCausalLM.FromPretrained(Name, Options);
        using var typed = await Gpt2LMHeadModel.FromPretrainedAsync(Name, Options);

        TinyModels.AssertSameBits(TinyModels.Logits(model), TinyModels.Logits(loaded));
        TinyModels.AssertSameBits(TinyModels.Logits(model), TinyModels.Logits(typed));
        loaded.NameOrPath.Should().Be(Name);
        Downloaded(repository).Should().BeEquivalentTo("config.json", "generation_config.json", "model.safetensors");
        AutoConfig.FromPretrained(Name, hub: _hub.Options).ModelType.Should().Be("gpt2");
        AutoConfig.FromPretrained(Name, hub: _hub.Options with { Offline = true }).ModelType.Should().Be("gpt2");
    }

    [Fact]
    public void Sharded_weights_are_downloaded_with_their_index()
    {
        using var model = TinyModels.Gpt2();
        model.SavePretrained(_folder.Path);
        using (var whole = CheckpointTensors.Open(_folder.Path))
            CheckpointTensors.Save(_folder.File("shards"), Tensors(whole), "5KB");
        File.Copy(_folder.File("config.json"), Path.Combine(_folder.File("shards"), "config.json"));
        var repository = Publish(_folder.File("shards"));

        using var loaded = AutoModelForCausalLM.FromPretrained(Name, Options);

        TinyModels.AssertSameBits(TinyModels.Logits(model), TinyModels.Logits(loaded));
        Downloaded(repository).Should().BeEquivalentTo(repository.Files.Keys).And.HaveCountGreaterThan(3);
        File.Delete(Directory.GetFiles(Snapshot(repository), "model-00001*")[0]);
        Offline(() => AutoModelForCausalLM.FromPretrained(Name, Options)).FileName.Should().StartWith("model-00001");
    }

    [Fact]
    public void An_index_may_not_list_files_of_other_folders()
    {
        using var model = TinyModels.Gpt2();
        var repository = Publish(model);
        repository.Files.Remove("model.safetensors");
        repository.Files["model.safetensors.index.json"] = """{"weight_map": {"a": "../../evil.safetensors"}}"""u8.ToArray();

        Fails(HubError.Server, () => AutoModelForCausalLM.FromPretrained(Name, Options)).Message.Should().Contain("evil");
    }

    [Fact]
    public void A_tokenizer_is_loaded_by_its_name()
    {
        var repository = Publish(TinyBert, "model.safetensors");

        var tokenizer = AutoTokenizer.FromPretrained(Name, hub: _hub.Options);

        tokenizer.Encode("hello world").Ids.Should().Equal(AutoTokenizer.FromPretrained(TinyBert).Encode("hello world").Ids);
        Downloaded(repository).Should().BeEquivalentTo("tokenizer_config.json", "vocab.txt");
        _hub.Options = _hub.Options with { Offline = true };
        AutoTokenizer.FromPretrained(Name, hub: _hub.Options).Encode("hello").Ids.Should().NotBeEmpty();
        Offline(() => AutoModel.FromPretrained(Name, Options)).FileName.Should().Be("config.json");
    }

    [Fact]
    public void Offline_a_tokenizer_whose_files_were_only_partly_downloaded_is_refused()
    {
        AutoTokenizer.FromPretrained(TinyBert).SavePretrained(_folder.Path);
        var repository = Publish(_folder.Path, "vocab.txt");
        AutoTokenizer.FromPretrained(Name, hub: _hub.Options);
        Downloaded(repository).Should().BeEquivalentTo("tokenizer_config.json", "tokenizer.json");
        File.Delete(Path.Combine(Snapshot(repository), "tokenizer.json"));

        Offline(() => AutoTokenizer.FromPretrained(Name, hub: _hub.Options)).FileName.Should().Be("tokenizer.json");
    }

    [Fact]
    public void An_adapter_is_loaded_by_its_name()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2, TaskType = TaskType.CausalLM });
        TinyModels.Disturb(peft);
        var repository = Publish(peft, "adapter_model.bin");

        using var loaded = PeftModel.FromPretrained(TinyModels.Gpt2(), Name, hub: _hub.Options);
        loaded.LoadAdapter(Name, "second", hub: _hub.Options);

        TinyModels.AssertSameBits(TinyModels.Logits(peft), TinyModels.Logits(loaded));
        PeftConfig.FromPretrained(Name, hub: _hub.Options).Should().BeOfType<LoraConfig>().Which.R.Should().Be(2);
        Downloaded(repository).Should().BeEquivalentTo("adapter_config.json", "adapter_model.safetensors");
        Fails(HubError.FileNotFound, () => AutoModel.FromPretrained(Name, Options)).Message.Should().Contain("adapter");
    }

    [Fact]
    public void A_predictor_loads_the_base_model_of_an_adapter_by_its_name()
    {
        using (var bert = TinyModels.Bert()) bert.SavePretrained(_folder.File("base"));
        var tokenizer = new PeftSharp.Tokenization.WordPieceTrainer { VocabSize = 31 }.Train(["good bad"]);
        tokenizer.SavePretrained(_folder.File("base"));
        Publish(_folder.File("base"));
        using (var peft = AutoModelForSequenceClassification.FromPretrained(Name, Options).GetPeftModel(new LoraConfig()))
            peft.SavePretrained(_folder.File("adapter"));

        PeftConfig.FromPretrained(_folder.File("adapter")).BaseModelNameOrPath.Should().Be(Name);
        using var classifier = PeftSharp.Prediction.TextClassifier.FromPretrained(_folder.File("adapter"), options: Options);

        classifier.Classify("good").Labels.Should().NotBeNull();
    }

    [Fact]
    public void A_predictor_loads_the_revision_of_an_adapter()
    {
        using (var bert = TinyModels.Bert()) bert.SavePretrained(_folder.File("base"));
        new PeftSharp.Tokenization.WordPieceTrainer { VocabSize = 31 }.Train(["good bad"]).SavePretrained(_folder.File("base"));
        foreach (var rank in new[] { 2, 3 })
        {
            using var model = AutoModelForSequenceClassification.FromPretrained(_folder.File("base"));
            using var peft = model.GetPeftModel(new LoraConfig { R = rank });
            peft.SavePretrained(_folder.File($"adapter-{rank}"));
        }
        var repository = Publish(_folder.File("adapter-2"));
        repository.Branches["v2"] = new ServerRepository { Commit = new string('b', 40) };
        foreach (var file in Directory.GetFiles(_folder.File("adapter-3")))
            repository.Branches["v2"].Files[Path.GetFileName(file)] = File.ReadAllBytes(file);

        Rank(null).Should().Be(2);
        Rank("v2").Should().Be(3);
        Rank(new string('b', 40)).Should().Be(3);
        FluentActions.Invoking(() => PeftSharp.Prediction.TextClassifier.FromPretrained(_folder.File("base"), adapterRevision: "v2"))
            .Should().ThrowExactly<ArgumentException>().WithMessage("*'v2'*adapterNameOrFolder*");

        int Rank(string? revision)
        {
            using var classifier = PeftSharp.Prediction.TextClassifier.FromPretrained(
                _folder.File("base"), Name, Options, adapterRevision: revision);
            return classifier.Model.Should().BeAssignableTo<PeftModel<PretrainedModel>>().Which.PeftConfigs.Values.Single()
                .Should().BeOfType<LoraConfig>().Which.R;
        }
    }

    [Fact]
    public async Task Options_of_generation_are_loaded_by_name_and_revision()
    {
        using var model = TinyModels.Gpt2();
        var repository = Publish(model);
        repository.Files["generation_config.json"] = """{"top_k": 5, "do_sample": true}"""u8.ToArray();
        repository.Branches["v2"] = new ServerRepository { Commit = new string('b', 40) };
        repository.Branches["v2"].Files["generation_config.json"] = """{"top_k": 7}"""u8.ToArray();

        GenerationConfig.FromPretrained(Name, hub: _hub.Options).TopK.Should().Be(5);
        Downloaded(repository).Should().Equal("generation_config.json");
        (await GenerationConfig.FromPretrainedAsync(Name, "v2", _hub.Options)).TopK.Should().Be(7);
        GenerationConfig.FromPretrained(Name, hub: _hub.Options with { Offline = true }).TopK.Should().Be(5);
        new GenerationConfig { TopK = 9 }.SavePretrained(_folder.File("local"));
        GenerationConfig.FromPretrained(_folder.File("local"), "v2").TopK.Should().Be(9, "a folder has precedence");
        repository.Branches["empty"] = new ServerRepository { Commit = new string('c', 40) };
        Fails(HubError.FileNotFound, () => GenerationConfig.FromPretrained(Name, "empty", _hub.Options))
            .FileName.Should().Be("generation_config.json");
    }

    [Fact]
    public void A_sentence_encoder_is_loaded_with_its_modules()
    {
        using (var bert = TinyModels.Bert()) bert.SavePretrained(_folder.Path);
        new PeftSharp.Tokenization.WordPieceTrainer { VocabSize = 31 }.Train(["good bad"]).SavePretrained(_folder.Path);
        var repository = Publish(_folder.Path, "pytorch_model.bin", "onnx/model.onnx");
        repository.Files["modules.json"] = System.Text.Encoding.UTF8.GetBytes("""
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
            """);
        repository.Files["1_Pooling/config.json"] =
            """{"word_embedding_dimension": 16, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"""u8.ToArray();
        repository.Files["sentence_bert_config.json"] = """{"max_seq_length": 8, "do_lower_case": false}"""u8.ToArray();

        using var encoder = PeftSharp.Prediction.SentenceEncoder.FromPretrained(Name, options: Options);

        Downloaded(repository).Should().Contain(["modules.json", "sentence_bert_config.json", "model.safetensors", "tokenizer.json"])
            .And.NotContain("pytorch_model.bin");
        File.Exists(Path.Combine(Snapshot(repository), "1_Pooling", "config.json")).Should().BeTrue();
        Directory.Exists(Path.Combine(Snapshot(repository), "onnx")).Should().BeFalse();
        File.Delete(Path.Combine(Snapshot(repository), "modules.json"));
        Offline(() => PeftSharp.Prediction.SentenceEncoder.FromPretrained(Name, options: Options)).FileName.Should().Be("modules.json");
    }

    [Fact]
    public async Task An_image_processor_is_loaded_by_its_name()
    {
        var repository = _hub.Server.Add(Name, ("model.safetensors", [1]), ("preprocessor_config.json",
            """{"image_processor_type": "ViTImageProcessor", "size": {"height": 8, "width": 6}}"""u8.ToArray()));

        var processor = await PeftSharp.Vision.AutoImageProcessor.FromPretrainedAsync(Name, hub: _hub.Options);

        using var inputs = processor.ToModelInputs(new PeftSharp.Vision.RgbImage(4, 4, new byte[48]));
        inputs.PixelValues!.shape.Should().Equal(1, 3, 8, 6);
        Downloaded(repository).Should().Equal("preprocessor_config.json");
    }

    [Fact]
    public void A_revision_selects_another_commit()
    {
        using var model = TinyModels.Gpt2();
        Publish(model).Revisions.Add("v2");

        using var loaded = AutoModel.FromPretrained(Name, Options with { Revision = "v2" });

        Fails(HubError.RevisionNotFound, () => AutoModel.FromPretrained(Name, Options with { Revision = "v3" }))
            .Message.Should().ContainAll("v3", Name);
    }

    [Fact]
    public void A_folder_has_precedence_over_a_name()
    {
        using var model = TinyModels.Gpt2();
        model.SavePretrained(_folder.File("gpt2"));
        var before = Directory.GetCurrentDirectory();
        try
        {
            Directory.SetCurrentDirectory(_folder.Path);
            using var loaded = AutoModel.FromPretrained("gpt2", Options);
            loaded.NameOrPath.Should().Be("gpt2");
        }
        finally { Directory.SetCurrentDirectory(before); }
        _hub.Server.Requests.Should().BeEmpty();
    }

    [Theory, InlineData("no such folder"), InlineData("./missing"), InlineData("a/b/c"), InlineData("/missing"), InlineData("C:\\missing")]
    public void What_is_neither_a_folder_nor_a_name_is_an_error_that_names_both(string name)
    {
        Exception[] errors =
        [
            FluentActions.Invoking(() => AutoModel.FromPretrained(name, Options)).Should().Throw<CheckpointException>().Which,
            FluentActions.Invoking(() => AutoTokenizer.FromPretrained(name)).Should().Throw<TokenizerException>().Which,
        ];
        errors.Should().AllSatisfy(error => error.Message.Should().ContainAll(name, "folder does not exist", "OWNER/NAME"));
    }

    [Fact]
    public void A_missing_repository_is_an_error_that_names_folder_and_repository() =>
        Fails(HubError.RepositoryNotFound, () => AutoModel.FromPretrained("models/bert", Options))
            .Message.Should().ContainAll("There is no folder 'models/bert'", "Repository 'models/bert'", "HF_TOKEN");

    [Fact]
    public void Pickle_files_are_not_downloaded_unless_they_are_allowed()
    {
        using var model = TinyModels.Gpt2();
        var repository = Publish(model, "pytorch_model.bin");
        repository.Files.Remove("model.safetensors");

        Fails(HubError.FileNotFound, () => AutoModel.FromPretrained(Name, Options))
            .Message.Should().ContainAll("model.safetensors", "'pytorch_model.bin' is a pickle file", "AllowPickle", "save_pretrained");
        FluentActions.Invoking(() => AutoModel.FromPretrained(Name, Options with { AllowPickle = true }))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("cannot be read as a file of torch.save");
        Downloaded(repository).Should().Contain("pytorch_model.bin");
    }

    [Fact]
    public void If_the_hub_fails_the_cached_model_is_loaded_with_a_warning()
    {
        using var model = TinyModels.Gpt2();
        Publish(model);
        AutoModel.FromPretrained(Name, Options).Dispose();
        _hub.Server.Change = (_, _) => new ServerResponse(500);
        var log = new LogLines();

        AutoModel.FromPretrained(Name, new PretrainedOptions { Hub = _hub.Options with { Logger = log } }).Dispose();

        log.Lines.Should().ContainSingle().Which.Should().ContainAll(Name, "500", "cached");
    }

    private HubException Offline(Action load)
    {
        _hub.Options = _hub.Options with { Offline = true };
        return Fails(HubError.Offline, load);
    }

    private static HubException Fails(HubError reason, Action load)
    {
        var error = load.Should().Throw<HubException>().Which;
        error.Reason.Should().Be(reason);
        return error;
    }

    private ServerRepository Publish(PretrainedModel model, params string[] others)
    {
        model.SavePretrained(_folder.File("published"));
        return Publish(_folder.File("published"), others);
    }

    private ServerRepository Publish(string folder, params string[] others)
    {
        var repository = _hub.Server.Add(Name);
        foreach (var file in others) repository.Files[file] = [1, 2, 3];
        foreach (var file in Directory.GetFiles(folder)) repository.Files[Path.GetFileName(file)] = File.ReadAllBytes(file);
        foreach (var file in repository.Files.Keys.Where(file => file.EndsWith(".safetensors", StringComparison.Ordinal)))
            repository.LargeFiles.Add(file);
        return repository;
    }

    private string Snapshot(ServerRepository repository) =>
        Path.Combine(_hub.CacheFolder, "models--owner--tiny-gpt2/snapshots", repository.Commit);

    private IEnumerable<string> Downloaded(ServerRepository repository) =>
        Directory.GetFiles(Snapshot(repository)).Select(file => Path.GetFileName(file)!);

    private static KeyValuePair<string, Tensor>[] Tensors(CheckpointTensors checkpoint) =>
        [.. checkpoint.Tensors.Keys.Select(name => KeyValuePair.Create(name, checkpoint.Read(name)))];
}
