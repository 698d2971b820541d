using Microsoft.ML.Tokenizers;
using PeftSharp.Data;
using PeftSharp.Generation;
using PeftSharp.MLTokenizers;
using PeftSharp.Models;
using PeftSharp.Models.Gpt2;
using PeftSharp.Tests.Tokenization;
using PeftSharp.Tokenization;
using PeftSharp.Training;
using BertTokenizer = Microsoft.ML.Tokenizers.BertTokenizer;

namespace PeftSharp.Tests.MLTokenizers;

/// <summary>Tokenizers of Microsoft.ML.Tokenizers split the texts of datasets, models and generation here.</summary>
public class MLTokenizerBackendTests
{
    private static string BertVocabulary => Path.Combine(Vocabularies.Require("tiny-bert"), "vocab.txt");

    private static readonly Lazy<TiktokenTokenizer> _gpt2 = new(() => TiktokenTokenizer.CreateForModel("gpt2"));

    [Fact]
    public void A_BERT_tokenizer_of_theirs_has_its_ids_special_tokens_vocabulary_and_columns()
    {
        var theirs = BertTokenizer.Create(BertVocabulary);
        var tokenizer = theirs.AsPeftSharpTokenizer();
        var ours = PeftSharp.Tokenization.BertTokenizer.FromPretrained(Vocabularies.Require("tiny-bert"));
        tokenizer.GetVocab().OrderBy(entry => entry.Value).Should().Equal(ours.GetVocab().OrderBy(entry => entry.Value));
        tokenizer.SpecialTokensMap.OrderBy(entry => entry.Key).Should().Equal(ours.SpecialTokensMap.OrderBy(entry => entry.Key));
        foreach (var text in new[] { "Hello world", "the movie was GREAT!", "was it?", "naïve café" })
        {
            var encoding = tokenizer.Encode(text);
            encoding.Ids.Should().Equal(theirs.EncodeToIds(text));
            Assert.Equal(theirs.Decode(encoding.Ids), tokenizer.Decode(encoding.Ids));
            Assert.Equal(theirs.Decode(encoding.Ids.Where(id => !ours.AllSpecialIds.Contains(id))),
                tokenizer.Decode(encoding.Ids, skipSpecialTokens: true));
            Assert.Equal(1, encoding.SpecialTokensMask[0]);
        }
        var batch = tokenizer.Encode(["the movie", "was"], ["great", "the movie was great"], padding: true, truncation: true, maxLength: 8);
        var expected = ours.Encode(["the movie", "was"], ["great", "the movie was great"], padding: true, truncation: true, maxLength: 8);
        foreach (var (name, column) in expected.ToColumns())
            batch.ToColumns()[name].Should().BeEquivalentTo(column, options => options.WithStrictOrdering());
    }

    [Fact]
    public void Places_are_those_in_the_text_as_written_although_the_tokenizer_normalizes_it()
    {
        var tokenizer = BertTokenizer.Create(BertVocabulary, new BertOptions { RemoveNonSpacingMarks = true }).AsPeftSharpTokenizer();
        var ours = PeftSharp.Tokenization.BertTokenizer.FromPretrained(Vocabularies.Require("tiny-bert"));
        foreach (var text in new[] { "The Movie", "  THE   movie", "the\u0301 mo\u0301vie was", "東京 the movie" })
        {
            var (found, expected) = (tokenizer.Encode(text, addSpecialTokens: false), ours.Encode(text, addSpecialTokens: false));
            Assert.Equal((text, string.Join(' ', expected.Ids)), (text, string.Join(' ', found.Ids)));
            found.Offsets.Select(offset => text[offset.Start..offset.End].TrimEnd('\u0301'))
                .Should().Equal(expected.Offsets.Select(offset => text[offset.Start..offset.End].TrimEnd('\u0301')));
        }
    }

    [Fact]
    public void A_WordPiece_tokenizer_of_theirs_has_its_complete_vocabulary()
    {
        var theirs = WordPieceTokenizer.Create(BertVocabulary);
        var tokenizer = theirs.AsPeftSharpTokenizer(options: theirs.GetBackendOptions() with { ModelMaxLength = 5 });
        var lines = File.ReadAllLines(BertVocabulary);
        Enumerable.Range(0, lines.Length).Select(tokenizer.ConvertIdsToTokens).Should().Equal(lines);
        tokenizer.Encode("the movie was great").Ids.Should().Equal(theirs.EncodeToIds("the movie was great"));
        Assert.Equal(5, tokenizer.Encode(NastyTexts.Long, truncation: true).Length);
        Assert.Equal("[UNK]", tokenizer.UnkToken);
    }

    [SkippableFact]
    public void A_Tiktoken_tokenizer_of_theirs_has_its_ids_and_those_of_our_GPT_2()
    {
        var tokenizer = _gpt2.Value.AsPeftSharpTokenizer();
        Assert.Equal((50257, 50256, "<|endoftext|>"), (tokenizer.Count, tokenizer.EosTokenId, tokenizer.BosToken));
        foreach (var text in NastyTexts.WellFormed)
        {
            var encoding = tokenizer.Encode(text);
            encoding.Ids.Should().Equal(_gpt2.Value.EncodeToIds(text));
            Assert.Equal(text, tokenizer.Decode(encoding.Ids));
            var stream = tokenizer.CreateDecodeStream();
            Assert.Equal(text, string.Concat(encoding.Ids.Select(stream.Step)) + stream.Flush());
        }
        Assert.Equal("Hello", tokenizer.Decode(tokenizer.Encode("Hello<|endoftext|>").Ids, skipSpecialTokens: true));
        var ours = AutoTokenizer.FromPretrained(ReferenceRoot.Shared("tokenizers", "gpt2"));
        foreach (var text in NastyTexts.WellFormed)
            tokenizer.Encode(text).Ids.Should().Equal(ours.Encode(text).Ids);
    }

    [Fact]
    public void A_byte_pair_tokenizer_of_theirs_has_its_ids()
    {
        var folder = Vocabularies.Require("tiny-gpt2");
        using Stream vocabulary = File.OpenRead(Path.Combine(folder, "vocab.json")),
            merges = File.OpenRead(Path.Combine(folder, "merges.txt"));
        var theirs = CodeGenTokenizer.Create(vocabulary, merges);
        var tokenizer = theirs.AsPeftSharpTokenizer();
        foreach (var (token, id) in AutoTokenizer.FromPretrained(folder).GetVocab())
            tokenizer.ConvertTokensToIds(token).Should().Be(id, "that is the id of {0}", token);
        foreach (var text in new[] { "Hello, World! It's a test.", "the movie was great", "naïve CAFÉ" })
        {
            tokenizer.Encode(text).Ids.Should().Equal(theirs.EncodeToIds(text));
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text).Ids));
        }
    }

    [Theory, InlineData(null, null), InlineData("<|endoftext|>", null), InlineData(null, "<|endoftext|>"),
        InlineData("<|endoftext|>", "<|endoftext|>")]
    public void Beginning_and_end_that_a_byte_pair_tokenizer_of_theirs_adds_become_the_template(string? bos, string? eos)
    {
        var folder = Vocabularies.Require("tiny-gpt2");
        var theirs = BpeTokenizer.Create(new BpeOptions(Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"))
        {
            ByteLevel = true, BeginningOfSentenceToken = bos, EndOfSentenceToken = eos,
        });
        var tokenizer = theirs.AsPeftSharpTokenizer();
        Assert.Equal((bos, eos), (tokenizer.BosToken, tokenizer.EosToken));
        var encoding = tokenizer.Encode("movie");
        encoding.Ids.Should().Equal(theirs.EncodeToIds("movie"));
        Assert.Equal(tokenizer.NumSpecialTokensToAdd(), encoding.SpecialTokensMask.Sum());
        Assert.Equal("movie", tokenizer.Decode(encoding.Ids, skipSpecialTokens: true));
    }

    [SkippableFact]
    public void A_SentencePiece_tokenizer_of_theirs_has_its_ids_and_adds_the_end()
    {
        using var model = File.OpenRead(ReferenceRoot.Shared("tokenizers", "tiny-t5", "spiece.model"));
        var theirs = SentencePieceTokenizer.Create(model, addBeginningOfSentence: false, addEndOfSentence: true);
        var tokenizer = theirs.AsPeftSharpTokenizer();
        Assert.Equal(("</s>", 1), (tokenizer.EosToken, tokenizer.NumSpecialTokensToAdd()));
        foreach (var text in new[] { "Hello world", "the movie was great" })
        {
            var encoding = tokenizer.Encode(text);
            encoding.Ids.Should().Equal(theirs.EncodeToIds(text));
            Assert.Equal(text, tokenizer.Decode(encoding.Ids, skipSpecialTokens: true));
            Assert.Equal(text, string.Concat(encoding.Offsets.Select(offset => text[offset.Start..offset.End])));
        }
    }

    [Fact]
    public void A_small_GPT_2_learns_from_a_data_set_that_a_Tiktoken_tokenizer_split()
    {
        using var folder = new TemporaryFolder();
        var texts = Dataset.FromList(
            Enumerable.Range(0, 32).Select(i => new Dictionary<string, object?> { ["text"] = $"The movie {i % 4} was great." }));
        var arguments = new TrainingArguments(folder.Path)
        {
            UseCpu = true, LearningRate = 1e-2, NumTrainEpochs = 3, PerDeviceTrainBatchSize = 8, LoggingSteps = 1,
            SaveStrategy = SaveStrategy.No,
        };

        var tokenizer = TiktokenTokenizer.CreateForModel("gpt2").AsPeftSharpTokenizer();
        tokenizer.PadToken = tokenizer.EosToken;
        var rows = texts.Map(batch => tokenizer.Encode(batch.GetStrings("text")).ToColumns(), batched: true);

        using var model = AutoModelForCausalLM.FromConfig(
            new Gpt2Config { VocabSize = tokenizer.Count, NPositions = 32, NEmbd = 16, NLayer = 1, NHead = 2 });
        var trainer = new Trainer(
            model, arguments, rows, dataCollator: new DataCollatorForLanguageModeling(tokenizer, mlm: false), tokenizer: tokenizer);
        trainer.Train();

        using var output = model.Generate(
            tokenizer.Encode("The movie"), new GenerationOptions { MaxNewTokens = 8, PadTokenId = tokenizer.PadTokenId });
        var text = tokenizer.Decode(output.Sequences, skipSpecialTokens: true);

        var losses = trainer.State.Log.Where(line => line.ContainsKey("loss")).Select(line => line["loss"]).ToArray();
        losses[^1].Should().BeLessThan(losses[0] - 1);
        Assert.StartsWith("The movie", text, StringComparison.Ordinal);
        var warnings = new Warnings();
        trainer.AddCallback(warnings);
        trainer.SaveModel(folder.Path);
        trainer.SaveModel(folder.Path);
        warnings.Messages
            .Should().ContainSingle(message => message.Contains("tokenizer", StringComparison.Ordinal)).Which.Should().Contain("not saved");
        Assert.False(File.Exists(Path.Combine(folder.Path, "tokenizer.json")));
    }

    [Fact]
    public void Unsupported_calls_throw_with_the_remedy()
    {
        var tokenizer = _gpt2.Value.AsPeftSharpTokenizer();
        Assert.False(tokenizer.CanSave);
        Assert.Same(tokenizer, tokenizer.AsMLTokenizer().AsPeftSharpTokenizer());
        using var folder = new TemporaryFolder();
        FluentActions.Invoking(() => tokenizer.SavePretrained(folder.Path))
            .Should().ThrowExactly<NotSupportedException>().Which.Message.Should().Contain(folder.Path);
        var options = new TokenizerBackendOptions { SpecialTokens = new Dictionary<string, string> { ["pad_token"] = "[PAD]" } };
        FluentActions.Invoking(() => _gpt2.Value.AsPeftSharpTokenizer(options: options))
            .Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain("'[PAD]' of pad_token is not in the backend's vocabulary");
        var small = _gpt2.Value.AsPeftSharpTokenizer(vocabulary: new Dictionary<string, int> { ["<|endoftext|>"] = 50256 });
        FluentActions.Invoking(() => small.Encode("Hello"))
            .Should().ThrowExactly<TokenizerException>().Which.Message.Should().Contain("returned the id");
    }

    private sealed class Warnings : TrainerCallback
    {
        internal List<string> Messages { get; } = [];

        public override void OnWarning(TrainingArguments args, TrainerState state, TrainerControl control, string message) =>
            Messages.Add(message);
    }
}
