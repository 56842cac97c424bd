using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>A user as the command line shows it.</summary>
internal static class UserJson
{
    public static void Write(Utf8JsonWriter writer, UserDetails user)
    {
        writer.WriteStartObject();
        writer.WriteString("user", user.Name.Value);
        writer.WriteBoolean("hasPassword", user.HasPassword);
        writer.WriteStartArray("grants");
        foreach (var grant in user.Grants)
            writer.WriteStringValue(grant.ToString());
        writer.WriteEndArray();
        writer.WriteStartArray("tokens");
        foreach (var token in user.Tokens)
            Write(writer, token);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, NewToken token)
    {
        writer.WriteStartObject();
        writer.WriteString("token", token.Text);
        WriteFields(writer, token.Details);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TokenDetails token)
    {
        writer.WriteStartObject();
        WriteFields(writer, token);
        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, TokenDetails token)
    {
        writer.WriteString("id", token.Id);
        writer.WriteString("created", token.Created);
        if (token.Expires is { } end)
            writer.WriteString("expires", end);
        if (token.Note.Length > 0)
            writer.WriteString("note", token.Note);
    }
}
