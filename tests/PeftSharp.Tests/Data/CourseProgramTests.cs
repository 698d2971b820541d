using PeftSharp.Models;
using static PeftSharp.Data.Datasets;

namespace PeftSharp.Tests.Data;

/// <summary>The data half of a fine-tuning program, line by line as in Python, on real files and a real tokenizer.</summary>
public class CourseProgramTests
{
    [SkippableFact]
    public void Reviews_are_loaded_tokenized_renamed_shuffled_and_selected()
    {
        var folder = ReferenceRoot.Shared("data", "imdb");
        var tokenizer = AutoTokenizer.FromPretrained(
            Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", "tiny-bert"));

        var dataset = LoadDataset(folder);
        var tokenized = dataset.Map(
            batch => tokenizer.Encode(batch.GetStrings("text"), truncation: true, padding: "max_length", maxLength: 32).ToColumns(),
            batched: true);
        tokenized = tokenized.RenameColumns(new Dictionary<string, string> { ["label"] = "labels" }).RemoveColumns("text");
        tokenized.SetFormat("torch");
        var train = tokenized["train"].Shuffle(seed: 42).Select(Enumerable.Range(0, 200));
        var test = tokenized["test"].Shuffle(seed: 42).Select(..50);

        train.ColumnNames.Should().Equal("labels", "input_ids", "token_type_ids", "attention_mask");
        var texts = dataset["train"].Shuffle(seed: 42);
        for (var row = 0; row < train.Count; row++)
        {
            Assert.Equal(texts[row].GetInt64("label"), train[row].GetInt64("labels"));
            train[row].GetInt32s("input_ids").ToArray()
                .Should().Equal(tokenizer.Encode(texts[row].GetString("text"), truncation: true, padding: "max_length", maxLength: 32).Ids);
        }
        Assert.Equal(50, test.Count);
    }
}
