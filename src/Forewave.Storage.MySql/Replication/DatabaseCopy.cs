using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// Copies both schemas of a running master into another server, with the database's own programs: <c>mariadb-dump</c> of one moment into
/// <c>mariadb</c>. A connection that has read every table keeps the master from altering any meanwhile, which it tries again later
/// by itself: so no slice comes or goes within the copy. Blocks.
/// </summary>
internal sealed class DatabaseCopy(MySqlStoreOptions store, ConnectionOptions master, Action<string> told)
{
    private const int MostTries = 3;
    private const int BufferBytes = 1 << 20;
    private const int KeptTailBytes = 16 * 1024;
    private const string Complete = "-- Dump completed";
    private const string PositionBegin = "SET GLOBAL gtid_slave_pos='";

    private readonly SchemaNames _names = store.Names;

    /// <summary>Copies; returns the master's GTIDs of the moment that the copy is of.</summary>
    /// <exception cref="StoreException">CopyFailed, with what the programs said.</exception>
    /// <exception cref="DatabaseException">A server refused, or a connection is lost.</exception>
    public string Make(CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            told($"Copying {_names.Queues} and {_names.Log} from {master.Place}.");
            Clear();
            using Connection guard = Hold();
            try
            {
                return Copy(cancellation);
            }
            catch (StoreException failure) when (failure.Error == ErrorCode.CopyFailed && attempt < MostTries && !cancellation.IsCancellationRequested)
            {
                // A table that was made within the copy, as for a new queue: the next one has it.
                told($"Once more: {failure.Message}");
            }
        }
    }

    private void Clear()
    {
        using Connection own = Connection.Open(store.Connection);
        own.Execute($"DROP DATABASE IF EXISTS {_names.Queues}");
        own.Execute($"DROP DATABASE IF EXISTS {_names.Log}");
    }

    // A table that was read in a transaction is not altered before that ends.
    private Connection Hold()
    {
        Connection guard = Connection.Open(master);
        try
        {
            List<string> tables = [];
            var row = new ResultRow(ColumnType.Text);
            using (RowReader reader = guard.Prepare($"""
                SELECT CONCAT('`', TABLE_SCHEMA, '`.`', REPLACE(TABLE_NAME, '`', '``'), '`') FROM information_schema.TABLES
                WHERE TABLE_SCHEMA IN ('{_names.Queues}', '{_names.Log}') AND TABLE_TYPE = 'BASE TABLE'
                """).Query(null, row))
            {
                while (reader.Next())
                {
                    tables.Add(row.Text(0));
                }
            }

            guard.Begin();
            foreach (string table in tables)
            {
                guard.ReadNamed($"SELECT 1 AS one FROM {table} LIMIT 1");
            }

            return guard;
        }
        catch
        {
            guard.Dispose();
            throw;
        }
    }

    private string Copy(CancellationToken cancellation)
    {
        using Process dump = Start("mariadb-dump", master,
        [
            "--single-transaction", "--master-data=2", "--gtid", "--skip-lock-tables", "--skip-add-locks", "--no-tablespaces", "--skip-triggers",
            "--hex-blob", "--default-character-set=utf8mb4", "--max-allowed-packet=1G", "--databases", _names.Queues, _names.Log,
        ]);
        using Process load = Start("mariadb", store.Connection, ["--default-character-set=utf8mb4", "--max-allowed-packet=1G"]);
        StringBuilder said = new();
        Listen(dump, said);
        Listen(load, said);
        using CancellationTokenRegistration end = cancellation.Register(() => Kill(dump, load));
        dump.StandardInput.Close();
        string last = Pass(dump.StandardOutput.BaseStream, load);
        dump.WaitForExit();
        load.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        bool isWhole = dump.ExitCode == 0 && load.ExitCode == 0 && last.Contains(Complete, StringComparison.Ordinal);
        return isWhole && PositionIn(last) is { } position
            ? position
            : throw new StoreException(ErrorCode.CopyFailed, $"The copy of the database at {master.Place} did not come to its end: {said}".TrimEnd());
    }

    // Returns the end of what was passed on.
    private static string Pass(Stream from, Process load)
    {
        byte[] buffer = new byte[BufferBytes];
        byte[] kept = [];
        try
        {
            for (int count; (count = from.Read(buffer)) > 0;)
            {
                load.StandardInput.BaseStream.Write(buffer.AsSpan(0, count));
                byte[] both = [.. kept, .. buffer.AsSpan(Math.Max(0, count - KeptTailBytes), Math.Min(count, KeptTailBytes))];
                kept = both[^Math.Min(both.Length, KeptTailBytes)..];
            }

            load.StandardInput.Close();
        }
        catch (IOException)
        {
            // The one that loads has ended: its exit code and words tell. The other one ends when nobody reads it.
            from.Dispose();
        }

        return Encoding.UTF8.GetString(kept);
    }

    private static Process Start(string program, ConnectionOptions place, string[] arguments)
    {
        ProcessStartInfo start = new(program, ["--no-defaults", .. PlaceOf(place), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        // Not on the command line, which everybody sees.
        start.Environment["MYSQL_PWD"] = place.Password ?? "";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new StoreException(ErrorCode.CopyFailed, $"{program} cannot be started: {missing.Message}. Install it: apt-get install mariadb-client.", missing);
        }
    }

    private static string[] PlaceOf(ConnectionOptions place)
    {
        string[] where = place.Socket is { } socket ? [$"--socket={socket}"] : ["--protocol=tcp", $"--host={place.Host}", $"--port={place.Port}"];
        string[] tls = place.Tls switch
        {
            TlsMode.Off => ["--skip-ssl"],
            TlsMode.Verified => ["--ssl", "--ssl-verify-server-cert"],
            _ => ["--ssl"],
        };
        return [$"--user={place.User}", .. where, .. tls, .. FilesOf(("--ssl-ca", place.AuthorityFile), ("--ssl-cert", place.CertificateFile), ("--ssl-key", place.KeyFile))];
    }

    private static IEnumerable<string> FilesOf(params (string Option, string? Path)[] files) =>
        files.Where(file => file.Path is not null).Select(file => $"{file.Option}={file.Path}");

    private static void Kill(params Process[] processes)
    {
        foreach (Process process in processes.Where(process => !process.HasExited))
        {
            process.Kill();
        }
    }

    private static void Listen(Process process, StringBuilder said)
    {
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said)
            {
                said.Append(line.Data).Append(line.Data is null ? "" : " ");
            }
        };
        process.BeginErrorReadLine();
    }

    // The dump says it near its end, as a remark: SET GLOBAL gtid_slave_pos='0-1-39';
    private static string? PositionIn(string last)
    {
        int from = last.IndexOf(PositionBegin, StringComparison.Ordinal) + PositionBegin.Length;
        int end = from < PositionBegin.Length ? -1 : last.IndexOf('\'', from);
        return end > from ? last[from..end] : null;
    }
}
