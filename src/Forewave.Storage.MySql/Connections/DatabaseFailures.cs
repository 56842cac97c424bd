namespace Forewave.Storage.MySql.Connections;

/// <summary>The numbers of MariaDB's and its client library's errors that mean something to the store.</summary>
internal static class DatabaseFailures
{
    /// <summary>What a number means. Numbers below 2000 and above 3000 are the server's; 2000–2999 and 5000–5999 the library's.</summary>
    internal static DatabaseFailure Of(int number) => number switch
    {
        // Server gone; lost; lost (with more words); reading or writing failed; killed; shutting down; closed for idleness.
        2006 or 2013 or 2055 or 5013 or 5014 or 1927 or 1053 or 4031 or 1158 or 1159 or 1160 or 1161 => DatabaseFailure.ConnectionLost,
        // Socket; host; socket could not be made; host unknown; handshake.
        2001 or 2002 or 2003 or 2004 or 2005 or 2012 => DatabaseFailure.Unreachable,
        // Server; user; user's resource; host's connect errors.
        1040 or 1203 or 1226 or 1129 => DatabaseFailure.TooManyConnections,
        // Database; user; table; column; privilege; routine; without a password; plugin; host.
        1044 or 1045 or 1142 or 1143 or 1227 or 1370 or 1698 or 2059 or 2061 or 1130 or 1862 => DatabaseFailure.AccessDenied,
        2026 => DatabaseFailure.TlsFailed,
        1213 => DatabaseFailure.Deadlock,
        1205 or 3572 => DatabaseFailure.LockWait,
        // Interrupted; over max_statement_time.
        1317 or 1969 => DatabaseFailure.QueryKilled,
        // --read-only; a read-only transaction; read-only mode; InnoDB read-only.
        1290 or 1792 or 1836 or 1874 => DatabaseFailure.ReadOnly,
        // Writing; disk; error on write; table; temporary space.
        3 or 20 or 1021 or 1026 or 1114 => DatabaseFailure.DiskFull,
        1153 or 2020 => DatabaseFailure.PacketTooLarge,
        1022 or 1062 or 1586 => DatabaseFailure.Duplicate,
        // No database; no table; no such column; slice for a value missing; unknown table; no such or a doubled slice; database or table there already.
        1049 or 1146 or 1054 or 1526 or 1051 or 1507 or 1517 or 1007 or 1050 or 1932 => DatabaseFailure.SchemaDiffers,
        // Null; out of range; too long; wrong value; wrong value for the column; truncated.
        1048 or 1264 or 1406 or 1292 or 1366 or 1265 => DatabaseFailure.ValueRefused,
        _ => DatabaseFailure.Other,
    };
}
