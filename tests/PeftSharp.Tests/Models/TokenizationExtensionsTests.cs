using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tests.Prediction;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Models;

public sealed class TokenizationExtensionsTests
{
    private static Dataset Data => Dataset.FromDict(("text", new[] { "Anna", "the film was good" }), ("other", new[] { "Smith", "bad" }),
        ("label", new[] { 1, 0 }), ("id", new[] { 7, 8 }));

    [Fact]
    public void A_data_set_is_tokenized_as_by_hand()
    {
        var tokenizer = Recorded.Tokenizer();
        var byHand = Data.Map(
            batch => tokenizer.Encode(batch.GetStrings("text"), truncation: true, maxLength: 4).ToColumns(), batched: true)
            .RenameColumn("label", "labels").RemoveColumns("text");
        var tokenized = Data.Tokenize(tokenizer, maxLength: 4);
        tokenized.ColumnNames.Should().Equal(byHand.ColumnNames);
        foreach (var column in byHand.ColumnNames) Assert.Equal(byHand[column], tokenized[column]);
        Assert.Equal(4, tokenized[1].GetLength("input_ids"));
    }

    [Fact]
    public void Pairs_padding_and_another_label_column_are_supported()
    {
        var tokenizer = Recorded.Tokenizer();
        var splits = new DatasetDict { ["train"] = Data }.Tokenize(
            tokenizer, "text", "other", labelColumn: "id", padding: PaddingStrategy.MaxLength);
        var expected = tokenizer.Encode(["Anna", "the film was good"], ["Smith", "bad"], padding: PaddingStrategy.MaxLength);
        splits["train"][0].GetInt64s("input_ids").ToArray().Should().Equal(expected.InputIds[0].Select(id => (long)id));
        splits["train"][0].GetInt64s("token_type_ids").ToArray().Should().Equal(expected.TokenTypeIds[0].Select(id => (long)id));
        Assert.Equal(7, splits["train"][0].GetInt64("labels"));
        splits["train"].ColumnNames.Should().NotContain("other");
    }

    [Fact]
    public void Columns_that_are_absent_and_labels_that_are_texts_are_refused()
    {
        FluentActions.Invoking(() => Data.Tokenize(Recorded.Tokenizer(), "review"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Columns: text, other, label, id");
        FluentActions.Invoking(() => Data.Tokenize(Recorded.Tokenizer(), labelColumn: "other"))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().ContainAll("ClassEncodeColumn", "remove it: RemoveColumns(\"other\")");
        FluentActions.Invoking(() => Dataset.FromRows([(1, "good")], "label", "body").Tokenize(Recorded.Tokenizer()))
            .Should().ThrowExactly<DatasetException>()
            .WithMessage("There is no column 'text'. Columns: label, body. Pass the name of the column: Tokenize(tokenizer, \"body\").");
        FluentActions.Invoking(() => Dataset.FromDict(("w", new string[][] { ["a"] })).TokenizeWords(Recorded.Tokenizer()))
            .Should().ThrowExactly<DatasetException>().WithMessage("*TokenizeWords(tokenizer, \"w\").");
        FluentActions.Invoking(() => Dataset.FromDict(("label", new[] { 1 })).Tokenize(Recorded.Tokenizer()))
            .Should().ThrowExactly<DatasetException>().WithMessage("There is no column 'text'. Columns: label.");
    }

    [Fact]
    public void Encodings_become_tensors_and_data_sets()
    {
        var tokenizer = Recorded.Tokenizer();
        var batch = tokenizer.Encode(["Anna", "the film was good"], padding: true);
        using var inputs = batch.ToModelInputs();
        batch.Keys.Should().Equal("input_ids", "token_type_ids", "attention_mask");
        inputs.Tensors.Keys.Should().BeEquivalentTo(batch.Keys);
        inputs.InputIds!.data<long>().ToArray().Should().Equal(batch.InputIds.SelectMany(row => row).Select(id => (long)id));
        inputs.AttentionMask!.shape.Should().Equal(2, 6);
        using var one = tokenizer.Encode("Anna").ToModelInputs();
        one.InputIds!.shape.Should().Equal(1, 3);
        FluentActions.Invoking(() => tokenizer.Encode(["Anna", "the film"]).ToModelInputs())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("padding: true");
        batch.ToDataset()[0].GetInt64s("attention_mask").ToArray().Should().Equal(batch.AttentionMask[0].Select(value => (long)value));
    }

    [Fact]
    public void Columns_of_records_are_found_without_regard_to_case()
    {
        var data = Dataset.FromRows([("Anna", 1), ("the film was good", 0)], "Text", "Label");
        var tokenized = data.Tokenize(Recorded.Tokenizer());
        tokenized.ColumnNames.Should().Equal("labels", "input_ids", "token_type_ids", "attention_mask");
        tokenized["labels"].ToArray<int>().Should().Equal(1, 0);
        Dataset.FromRows([("Anna", "Smith")], "Text", "TEXT").Invoking(two => two.Tokenize(Recorded.Tokenizer()))
            .Should().ThrowExactly<DatasetException>("two columns are equally similar").WithMessage("*no column 'text'*");
    }

    [Fact]
    public void A_missing_text_is_named_by_its_row()
    {
        var data = Dataset.FromDict(("text", new[] { "Anna", null }));
        data.Invoking(missing => missing.Tokenize(Recorded.Tokenizer())).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().StartWith("Column 'text'").And.Contain("row 1").And.NotContain("function");
    }

    [Fact]
    public void Words_and_tags_are_tokenized_as_by_hand()
    {
        var tokenizer = Recorded.Tokenizer();
        string[][] words = [["Anna", "Smith-Brown", "won"], ["the", "film"]];
        string[][] tags = [["B-PER", "I-PER", "O"], ["O", "O"]];
        var data = Dataset.FromDict(("Words", words), ("tags", tags), ("id", new[] { 7, 8 })).ClassEncodeColumn("tags");
        data.GetClassNames("tags").Should().Equal("B-PER", "I-PER", "O");
        var encoding = tokenizer.EncodeWords(words);
        foreach (var alignment in Enum.GetValues<LabelAlignment>())
        {
            var tokenized = new DatasetDict { ["train"] = data }.TokenizeWords(tokenizer, alignment: alignment)["train"];
            tokenized.ColumnNames.Should().Equal("id", "input_ids", "token_type_ids", "attention_mask", "labels");
            long[][] expected = encoding.AlignLabels(new long[][] { [0, 1, 2], [2, 2] }, alignment);
            for (var row = 0; row < 2; row++)
            {
                tokenized[row].GetInt64s("input_ids").ToArray().Should().Equal(encoding.InputIds[row].Select(id => (long)id));
                tokenized[row].GetInt64s("labels").ToArray().Should().Equal(expected[row]);
            }
        }
        data.RemoveColumns("tags").TokenizeWords(tokenizer).ColumnNames.Should().NotContain("labels");
    }

    [Fact]
    public void A_word_of_several_tokens_begins_one_entity()
    {
        var tokenizer = Recorded.Tokenizer();
        string[][] words = [["Smith-Brown", "won", "Smith-Brown"]];
        var data = Dataset.FromDict(("words", words), ("tags", new long[][] { [0, 2, 1] }))
            .CastColumn("tags", new Sequence(new ClassLabel("B-PER", "B-X", "O", "I-PER")));
        var labels = data.TokenizeWords(tokenizer, alignment: LabelAlignment.AllTokens)["labels"].GetInt64s(0).ToArray();
        var repeated = tokenizer.EncodeWords(words).AlignLabels(new long[][] { [0, 2, 1] }, LabelAlignment.AllTokens)[0];
        var length = repeated.Count(label => label == 0);
        length.Should().BeGreaterThan(1);                         // "Smith-Brown" has several tokens
        labels.Should().HaveSameCount(repeated);
        labels.Where((_, token) => repeated[token] == 0).Should().Equal([0, .. Enumerable.Repeat(3L, length - 1)]);    // B-PER I-PER …
        labels.Where((_, token) => repeated[token] != 0).Should().Equal(repeated.Where(label => label != 0));          // there is no I-X
    }

    [Fact]
    public void The_names_of_tags_are_kept_for_the_model_and_its_report()
    {
        var tokenizer = Recorded.Tokenizer();
        string[][] words = [["Anna", "won"], ["Bob"]], tags = [["B-PER", "O"], ["B-PER"]];
        var data = Dataset.FromDict(("words", words), ("tags", tags))
            .ClassEncodeColumn("tags").TokenizeWords(tokenizer);
        data.GetClassNames("labels").Should().Equal("B-PER", "O");
        data["labels"].GetInt64s(0).ToArray().Should().StartWith([-100L, 0L]);
        using var model = AutoModelForTokenClassification.FromConfig(new PeftSharp.Models.Bert.BertConfig
        {
            HiddenSize = 8, NumHiddenLayers = 1, NumAttentionHeads = 1, IntermediateSize = 8,
        }.WithTokenizer(tokenizer));
        var report = new PeftSharp.Training.Trainer(model, trainDataset: data, tokenizer: tokenizer).Predict(data).GetEntityReport();
        model.Config.Id2Label.Should().Equal(new Dictionary<int, string> { [0] = "B-PER", [1] = "O" });
        report.Types.Should().ContainSingle(scores => scores.Type == "PER" && scores.Support == 2);
    }

    [Fact]
    public void A_configuration_gets_the_vocabulary_and_the_special_tokens_of_a_tokenizer()
    {
        var words = new WordPieceTrainer().Train(["one text", "another text"]);
        var bert = new PeftSharp.Models.Bert.BertConfig { HiddenSize = 8 }.WithTokenizer(words);
        (bert.VocabSize, bert.PadTokenId, bert.BosTokenId, bert.HiddenSize).Should().Be((words.Count, words.PadTokenId, null, 8));
        bert.EosTokenId.Should().BeNull();
        var bytes = new BpeTrainer().Train(["one text"]);
        var gpt2 = new PeftSharp.Models.Gpt2.Gpt2Config().WithTokenizer(bytes);
        (gpt2.VocabSize, gpt2.BosTokenId).Should().Be((bytes.Count, bytes.BosTokenId));
        gpt2.EosTokenId.Should().Equal(bytes.EosTokenId!.Value);
    }

    [Fact]
    public void Words_without_matching_tags_are_refused()
    {
        var tokenizer = Recorded.Tokenizer();
        string[][] words = [["Anna", "won"]];
        void Refused(Dataset data, string message) => data.Invoking(bad => bad.TokenizeWords(tokenizer))
            .Should().ThrowExactly<DatasetException>().WithMessage(message);
        Refused(Dataset.FromDict(("words", words), ("tags", new[] { new[] { "O", "O" } })), "*ClassEncodeColumn(\"tags\")*");
        Refused(Dataset.FromDict(("words", words), ("tags", new[] { new[] { 0 } })), "Row 0 has 2 words *, but 1 label in *");
        Refused(Dataset.FromDict(("words", new[] { "Anna won" })), "*must be lists of strings*dataset.Tokenize.");
        Refused(Dataset.FromDict(("text", new[] { "Anna won" })), "*no column 'words'*");
        Dataset.FromDict(("text", words)).Invoking(split => split.Tokenize(tokenizer))
            .Should().ThrowExactly<DatasetException>().WithMessage("*dataset.TokenizeWords.");
    }

    [Fact]
    public void Answers_become_the_positions_of_their_tokens()
    {
        var tokenizer = Recorded.Tokenizer();
        var (question, context) = ("who won", "the film of Anna Smith was good and Bob won");
        var texts = Dataset.FromDict(("question", new[] { question, question, question }), ("context", new[] { context, context, context }),
            ("answer", new[] { "Anna Smith", "Bob", "" }));
        var tokenized = texts.TokenizeAnswers(tokenizer);
        tokenized.ColumnNames.Should().Equal("input_ids", "token_type_ids", "attention_mask", "start_positions", "end_positions");
        Answer(tokenizer, tokenized[0]).Should().Be("anna smith");
        Answer(tokenizer, tokenized[1]).Should().Be("bob");
        (tokenized[2].GetInt64("start_positions"), tokenized[2].GetInt64("end_positions")).Should().Be((0, 0));
    }

    [Fact]
    public void Answers_in_the_format_of_SQuAD_are_counted_in_code_points_or_in_code_units()
    {
        var tokenizer = Recorded.Tokenizer();
        var context = "\U0001F600 the film of Anna was good";
        var codePoint = "x the film of ".Length;
        Row Tokenized(int start) => Dataset.FromList([new Dictionary<string, object?>
        {
            ["question"] = "who", ["context"] = context,
            ["answers"] = new Dictionary<string, object?> { ["text"] = new[] { "Anna" }, ["answer_start"] = new[] { start } },
        }]).TokenizeAnswers(tokenizer)[0];
        Answer(tokenizer, Tokenized(codePoint)).Should().Be("anna");
        Answer(tokenizer, Tokenized(codePoint + 1)).Should().Be("anna", "C# counts the first symbol as two");
        FluentActions.Invoking(() => Tokenized(3)).Should().ThrowExactly<DatasetException>().WithMessage("Row 0: *'Anna'*position 3*");
    }

    [Fact]
    public void Each_window_of_a_long_text_has_its_own_positions()
    {
        var tokenizer = Recorded.Tokenizer();
        static string Repeat(string text, int count) => string.Join(' ', Enumerable.Repeat(text, count));
        var context = Repeat("the film was good", 10) + " Anna " + Repeat("bad", 20);
        var data = Dataset.FromDict(("question", new[] { "who" }), ("context", new[] { context }), ("answer", new[] { "Anna" }));
        var windows = data.TokenizeAnswers(tokenizer, maxLength: 24, stride: 8);
        windows.Count.Should().BeGreaterThan(3);
        var texts = windows.Select(window => (
            Answer: Answer(tokenizer, window), HasIt: Text(tokenizer, window).Contains("anna", StringComparison.Ordinal))).ToArray();
        texts.Should().Contain(window => window.HasIt).And.Contain(window => !window.HasIt);
        texts.Should().OnlyContain(window => window.Answer == (window.HasIt ? "anna" : "[CLS]"));
    }

    [Fact]
    public void The_suggested_column_is_not_used_by_another_argument()
    {
        var data = Dataset.FromDict(("question", new[] { "who" }), ("body", new[] { "Anna" }), ("answer", new[] { "Anna" }));
        data.Invoking(rows => rows.TokenizeAnswers(Recorded.Tokenizer())).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().EndWith("contextColumn: \"body\").");
        data.RemoveColumns("body").Invoking(rows => rows.TokenizeAnswers(Recorded.Tokenizer())).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().EndWith("Columns: question, answer.");
        data.Invoking(rows => rows.Tokenize(Recorded.Tokenizer(), "question", "pair")).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().EndWith("pairColumn: \"body\").");
        data.Invoking(rows => rows.Tokenize(Recorded.Tokenizer(), "text", "question")).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().EndWith("Tokenize(tokenizer, \"body\").");
    }

    [Fact]
    public void Answers_that_the_text_does_not_contain_are_refused()
    {
        var data = Dataset.FromDict(("question", new[] { "who" }), ("context", new[] { "Anna won" }), ("answer", new[] { "anna" }));
        data.Invoking(bad => bad.TokenizeAnswers(Recorded.Tokenizer()))
            .Should().ThrowExactly<DatasetException>().WithMessage("Row 0: the answer 'anna' does not occur*exactly*");
        Dataset.FromDict(("question", new[] { "who" }), ("context", new[] { "Anna won" }), ("answer", new[] { 1 }))
            .Invoking(bad => bad.TokenizeAnswers(Recorded.Tokenizer()))
            .Should().ThrowExactly<DatasetException>().WithMessage("Column 'answer' has type *SQuAD's format*");
    }

    [Fact]
    public void Errors_of_the_tokenizer_keep_their_type_and_tokenizing_can_be_canceled()
    {
        var tokenizer = Recorded.Tokenizer();
        Data.Invoking(data => data.Tokenize(tokenizer, maxLength: 1)).Should().Throw<ArgumentException>();
        using var canceled = new CancellationTokenSource();
        canceled.Cancel();
        Data.Invoking(data => data.Tokenize(tokenizer, cancellationToken: canceled.Token)).Should().Throw<OperationCanceledException>();
    }

    private static string Text(Tokenizer tokenizer, Row row) =>
        tokenizer.Decode([.. row.GetInt64s("input_ids").ToArray().Select(id => (int)id)], skipSpecialTokens: false);

    private static string Answer(Tokenizer tokenizer, Row row)
    {
        var (first, last) = ((int)row.GetInt64("start_positions"), (int)row.GetInt64("end_positions"));
        var ids = row.GetInt64s("input_ids")[first..(last + 1)].ToArray();
        return tokenizer.Decode([.. ids.Select(id => (int)id)], skipSpecialTokens: false);
    }
}
