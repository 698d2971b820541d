using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

public sealed class ChatDatasetTests
{
    private const string Plain = "{% for m in messages %}<{{ m.role }}>{{ m.content }};{% endfor %}"
        + "{% if add_generation_prompt %}<assistant>{% endif %}";
    private const string Marked = "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}"
        + "{% generation %}{{ m.content }};{% endgeneration %}{% else %}{{ m.content }};{% endif %}{% endfor %}";

    private readonly Tokenizer _tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));

    [Theory, InlineData(Plain), InlineData(Marked)]
    public void Only_the_answers_are_labels(string template)
    {
        _tokenizer.ChatTemplate = template;
        ChatMessage[][] conversations =
        [
            [new("user", "a b"), new("assistant", "yes")],
            [new("user", "1"), new("assistant", "2"), new("user", "3"), new("assistant", "4 5")],
        ];
        var data = conversations.ToDataset().AddColumn("id", new[] { 1, 2 });
        var rows = data.ApplyChatTemplate(_tokenizer);
        rows.ColumnNames.Should().Equal("id", "input_ids", "attention_mask", "labels");
        string[] answers = ["yes;", "2;|4 5;"], texts = ["<user>a b;<assistant>yes;", "<user>1;<assistant>2;<user>3;<assistant>4 5;"];
        foreach (var row in rows)
        {
            var (ids, labels) = (row.GetInt32s("input_ids").ToArray(), row.GetInt32s("labels").ToArray());
            Assert.Equal(texts[row.Index], _tokenizer.Decode(ids));
            ids.Zip(labels).Should().OnlyContain(pair => pair.Second == -100 || pair.First == pair.Second);
            Assert.Equal(answers[row.Index], Parts(labels));
        }
        data.ApplyChatTemplate(_tokenizer, assistantOnlyLoss: false)[0].GetInt32s("labels").ToArray()
            .Should().Equal(rows[0].GetInt32s("input_ids").ToArray());
        data.ApplyChatTemplate(_tokenizer, maxLength: 3)[1].GetInt32s("labels").Length.Should().Be(3);
    }

    [Fact]
    public void Tools_and_conversations_can_be_json_and_null_fields_are_omitted()
    {
        _tokenizer.ChatTemplate = "{{ tools | tojson }}{{ messages | tojson }}{% if add_generation_prompt %}!{% endif %}";
        var data = Dataset.FromDict(new Dictionary<string, System.Collections.IEnumerable>
        {
            ["chat"] = new[] { """[{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]""" },
            ["tools"] = new[] { """[{"name": "f"}]""" },
        });
        var encoded = data.ApplyChatTemplate(_tokenizer, "chat", "tools", assistantOnlyLoss: false);
        Assert.Equal("""[{"name": "f"}][{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]""",
            _tokenizer.Decode(encoded[0].GetInt32s("input_ids").ToArray()));
        ChatMessage[] messages = [new("user", "x"), new("assistant", "y") { ExtraFields = new() { ["name"] = "z" } }];
        var uneven = new[] { messages }.ToDataset();
        Assert.Equal("""null[{"role": "user", "content": "x"}, {"role": "assistant", "content": "y", "name": "z"}]""",
            _tokenizer.Decode(uneven.ApplyChatTemplate(_tokenizer, assistantOnlyLoss: false)[0].GetInt32s("input_ids").ToArray()));
    }

    [Fact]
    public void A_row_that_cannot_be_used_is_named()
    {
        _tokenizer.ChatTemplate = "{% for m in messages %}{{ m.content }}{% endfor %}{{ messages | length }}";
        var data = new[] { new[] { new ChatMessage("user", "x") } }.ToDataset();
        var none = () => data.ApplyChatTemplate(_tokenizer);
        none.Should().Throw<DatasetException>().WithMessage("*assistant*");
        var both = new[] { new[] { new ChatMessage("user", "x"), new ChatMessage("assistant", "y") } }.ToDataset();
        var changing = () => both.ApplyChatTemplate(_tokenizer);
        changing.Should().Throw<DatasetException>().WithMessage("*generation*");
        var missing = () => both.ApplyChatTemplate(_tokenizer, "chat");
        missing.Should().Throw<DatasetException>().WithMessage("*chat*");
        _tokenizer.ChatTemplate = "{% if";
        var broken = () => both.ApplyChatTemplate(_tokenizer);
        broken.Should().Throw<ChatTemplateException>();
    }

    private string Parts(int[] labels)
    {
        var parts = new List<string>();
        for (var i = 0; i < labels.Length; i++)
            if (labels[i] != -100 && (i == 0 || labels[i - 1] == -100))
                parts.Add(_tokenizer.Decode(labels.Skip(i).TakeWhile(id => id != -100)));
        return string.Join('|', parts);
    }
}
