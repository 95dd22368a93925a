using System.Text.RegularExpressions;

namespace GpuNmf.Tests.Fuzzing;

/// <summary>Damages JSON by its tokens: other types, doubled and missing properties, numbers and texts that readers trip over, deep nesting.</summary>
internal static partial class JsonMutation
{
    private static readonly string[] s_tokens =
    [
        "null", "true", "false", "0", "-1", "1", "1e999", "-0", "0.1", "9223372036854775808", "2147483648", "1e-400", "NaN", "Infinity", "01", "\"\"", "\"x\"", "\"\\ud800\"", "\"\\u0000\"", "\"\u2028\"",
        "[]", "{}", "[1,2]", "{\"a\":1,\"a\":2}", "\"program\"", "\"gpunmf\"", ",", ":", "{", "}", "[", "]", "\"", "//", "",
    ];

    /// <summary>One to three damages.</summary>
    public static string Mutate(Random random, string json)
    {
        for (int left = 1 + random.Next(3); left > 0; left--) json = MutateOnce(random, json);
        return json;
    }

    private static string MutateOnce(Random random, string json)
    {
        MatchCollection tokens = Token().Matches(json), members = Member().Matches(json);
        Match token = tokens.Count > 0 ? tokens[random.Next(tokens.Count)] : Match.Empty;
        Match? member = members.Count > 0 ? members[random.Next(members.Count)] : null;
        switch (random.Next(7))
        {
            case 0: return json[..token.Index] + json[(token.Index + token.Length)..];
            case 1: return json.Insert(token.Index, s_tokens[random.Next(s_tokens.Length)]);
            // A member twice: readers take the first, the last, or neither.
            case 2 when member is not null: return json.Insert(member.Index, member.Value + ",");
            case 3 when member is not null: return json[..member.Groups["value"].Index] + s_tokens[random.Next(s_tokens.Length)] + json[(member.Index + member.Length)..];
            case 4: return json[..token.Index] + new string('[', 1 + random.Next(200)) + json[token.Index..];
            case 5: return json[..random.Next(json.Length + 1)];
            default: return json[..token.Index] + s_tokens[random.Next(s_tokens.Length)] + json[(token.Index + token.Length)..];
        }
    }

    [GeneratedRegex("""\"(?:[^"\\]|\\.)*\"|[-+.\w]+|[\[\]{},:]""")]
    private static partial Regex Token();

    [GeneratedRegex("""\"[^"\\]*\"\s*:\s*(?<value>\"[^"\\]*\"|[-+.\w]+)""")]
    private static partial Regex Member();
}
