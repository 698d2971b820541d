#region readme-templates-usings
using System.Text.Json.Nodes;
using PeftSharp.Tokenization;
#endregion

namespace Pages.Chat;

/// <summary>Conversations as text and as tokens.</summary>
internal static class Templates
{
    internal static void Run()
    {
        #region readme-templates
        // A tokenizer with a chat template. For your model, call AutoTokenizer.FromPretrained(folder) instead of these lines.
        AddedToken[] special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
        var tokenizer = new BpeTrainer { VocabSize = 300, SpecialTokens = special }.Train(["What is the capital of France?", "Paris."]);
        tokenizer.ChatTemplate = """
            {%- if tools %}
            {{- '<|im_start|>tools\n' + tools | tojson + '<|im_end|>\n' }}
            {%- endif %}
            {%- for message in messages %}
            {{- '<|im_start|>' + message.role + '\n' }}
            {%- if message.role == 'assistant' %}
            {%- generation %}{{- message.content + '<|im_end|>' }}{%- endgeneration %}
            {{- '\n' }}
            {%- else %}
            {{- message.content + '<|im_end|>\n' }}
            {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
            {{- '<|im_start|>assistant\n' }}
            {%- endif %}
            """;

        // The prompt for an answer.
        ChatMessage[] question = [new("system", "Answer briefly."), new("user", "What is the capital of France?")];
        Console.WriteLine(tokenizer.RenderChatTemplate(question, new() { AddGenerationPrompt = true }));

        // Messages of a request, and tools.
        var messages = ChatMessage.ListFromJson(JsonNode.Parse("""[{"role": "user", "content": "What time is it?"}]"""));
        var tools = new JsonArray(new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = "now" } });
        Console.WriteLine(tokenizer.RenderChatTemplate(messages, new() { Tools = tools }));

        // The tokens, and a mask of the assistant's tokens.
        ChatMessage[] answered = [.. question, new("assistant", "Paris.")];
        var encoding = tokenizer.ApplyChatTemplate(answered, returnAssistantTokensMask: true);
        var answer = encoding.Ids.Where((_, token) => encoding.AssistantMask![token] == 1);
        Console.WriteLine(tokenizer.Decode(answer));
        #endregion
    }
}
