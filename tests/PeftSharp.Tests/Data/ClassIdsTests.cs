using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Class ids and their names: alignment with a mapping, the names of several splits, stratified splits after tokenizing.</summary>
public sealed class ClassIdsTests
{
    private static Dataset Labelled(string column = "label") => Dataset.FromDict((column, new long?[] { 0, 2, 1, -1, null, 0 }))
        .CastColumn(column, new ClassLabel("entailment", "Neutral", "contradiction"));

    [Fact]
    public void Labels_get_the_ids_of_a_mapping_as_in_python()
    {
        // datasets 5.2: align_labels_with_mapping({"CONTRADICTION": 0, "NEUTRAL": 1, "ENTAILMENT": 2}, "label")
        var mapping = new Dictionary<string, int> { ["ENTAILMENT"] = 2, ["CONTRADICTION"] = 0, ["NEUTRAL"] = 1 };
        var aligned = Labelled().AlignLabelsWithMapping(mapping, "label");
        aligned["label"].Should().Equal<object?>(new object?[] { 2L, 0L, 1L, -1L, null, 2L }, Equals);
        aligned.GetClassNames("label").Should().Equal("CONTRADICTION", "NEUTRAL", "ENTAILMENT");
        new DatasetDict { ["train"] = Labelled() }.AlignLabelsWithMapping(mapping, "label")["train"]["label"]
            .Should().Equal<object?>(aligned["label"], Equals);
    }

    [Fact]
    public void Lists_of_labels_are_aligned_too()
    {
        var tags = Dataset.FromDict(("tags", new[] { new[] { "O", "B" }, [], ["B"] })).ClassEncodeColumn("tags");       // B, O
        var aligned = tags.AlignLabelsWithMapping(new Dictionary<string, int> { ["O"] = 0, ["B"] = 1, ["I"] = 2 }, "tags");
        aligned["tags"].GetInt64s(0).ToArray().Should().Equal(0, 1);
        aligned["tags"].GetLength(1).Should().Be(0);
        aligned["tags"].GetInt64s(2).ToArray().Should().Equal(1);
        aligned.GetClassNames("tags").Should().Equal("O", "B", "I");
    }

    [Fact]
    public void A_mapping_without_a_class_or_with_a_gap_is_refused()
    {
        FluentActions.Invoking(() => Labelled().AlignLabelsWithMapping(
            new Dictionary<string, int> { ["entailment"] = 0, ["neutral"] = 1 }, "label")).Should().ThrowExactly<DatasetException>()
            .WithMessage("*contains the class 'contradiction', which is not in the mapping. Classes of the mapping: entailment, neutral.");
        FluentActions.Invoking(() => Labelled().AlignLabelsWithMapping(
            new Dictionary<string, int> { ["entailment"] = 0, ["neutral"] = 2 }, "label")).Should().ThrowExactly<ArgumentException>()
            .WithMessage("*must be consecutive numbers from 0*");
        FluentActions.Invoking(() => Labelled().AlignLabelsWithMapping(new Dictionary<string, int>(), "label"))
            .Should().ThrowExactly<ArgumentException>().WithParameterName("label2Id").WithMessage("label2Id is empty*");
        FluentActions.Invoking(() => Dataset.FromDict(("label", new[] { 1 })).AlignLabelsWithMapping(
            new Dictionary<string, int> { ["a"] = 0 }, "label")).Should().ThrowExactly<DatasetException>().WithMessage("*no class names*");
    }

    [Fact]
    public void The_splits_of_a_dictionary_have_one_list_of_class_names()
    {
        var splits = new DatasetDict
        {
            ["train"] = Dataset.FromDict(("label", new[] { "b", "a" })), ["test"] = Dataset.FromDict(("label", new[] { "b", "b" })),
        };
        splits.ClassEncodeColumn("label").GetClassNames("label").Should().Equal("a", "b");
        var apart = new DatasetDict(splits.Select(split => KeyValuePair.Create(split.Key, split.Value.ClassEncodeColumn("label"))));
        apart.Invoking(dict => dict.GetClassNames("label")).Should().ThrowExactly<DatasetException>()
            .WithMessage("*a, b in the split 'train', but b in the split 'test'. Call AlignLabelsWithMapping with a mapping*");
        new DatasetDict().Invoking(dict => dict.GetClassNames("label")).Should().ThrowExactly<DatasetException>();
    }

    [Fact]
    public void A_stratified_split_finds_the_labels_under_the_name_before_they_were_renamed()
    {
        var data = Dataset.FromDict(("i", Enumerable.Range(0, 12)), ("label", Enumerable.Range(0, 12).Select(i => i % 3 == 0 ? "a" : "b")))
            .ClassEncodeColumn("label");
        static IEnumerable<object?> Test(Dataset rows, string column) =>
            rows.TrainTestSplit(0.25, seed: 1, stratifyByColumn: column)["test"]["i"];
        var expected = Test(data, "label");
        Test(data.RenameColumn("label", "labels"), "label").Should().Equal(expected);
        Test(data.RenameColumn("label", "labels"), "labels").Should().Equal(expected);
        data.RenameColumn("label", "labels").Invoking(rows => Test(rows, "queue")).Should().ThrowExactly<DatasetException>()
            .WithMessage("There is no column 'queue'*Tokenize renames the label column to 'labels'*");
        data.Invoking(rows => Test(rows, "queue")).Should().ThrowExactly<DatasetException>().WithMessage("There is no column 'queue'*");
    }
}
